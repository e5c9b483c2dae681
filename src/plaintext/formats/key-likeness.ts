/** Whether a variable or member of this name holds a Mistral API key. */
export function namesMistralKey(name: string): boolean {
  // MISTRAL_KEY_PASSPHRASE, MISTRAL_KEY_PROFILE and the like configure this program.
  if (/^MISTRAL_KEY_/i.test(name)) return false;
  if (/(?:FILE|PATH|NAME|ID|URL|CMD|COMMAND|HELPER)$/i.test(name)) return false;
  return /MISTRAL.*(?:KEY|TOKEN)/i.test(name);
}

const usualShape = /^[A-Za-z0-9]{32}$/;
const placeholderWords =
  /your|example|placeholder|change-?_?me|replace|insert|dummy|redacted|secret-?_?here|key-?_?here|xxxx|\*\*\*|\.\.\.|•/i;
const unmistakableWords = /placeholder|changeme|replaceme|yourapi|yourkey|yourmistral|keyhere|xxxxxxxx/i;

/**
 * Whether a value can be a key, rather than a placeholder (`your-key-here`, `xxx`), a variable (`$VAR`,
 * `%VAR%`, `{{ var }}`) or a password manager reference (`op://…`).
 */
export function looksLikeKey(value: string): boolean {
  if (!/^[\x21-\x7e]{16,512}$/.test(value)) return false;
  if (new Set(value).size < 5) return false;
  if (usualShape.test(value)) return !unmistakableWords.test(value);
  return !/[$`{}<>()[\]%"'\\\s]|:\/\//.test(value) && !placeholderWords.test(value);
}

/** Whether this value under this name is a Mistral key. */
export function isKeyUnder(name: string, value: string): boolean {
  if (!looksLikeKey(value)) return false;
  // Mistral's SDK, `llm` and other tools read these, so values of any shape count.
  if (name === "MISTRAL_API_KEY" || name === "LLM_MISTRAL_KEY") return true;
  return namesMistralKey(name) && usualShape.test(value);
}
