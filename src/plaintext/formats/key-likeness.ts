/** Whether a variable or a member of this name holds a Mistral API key. */
export function namesMistralKey(name: string): boolean {
  // MISTRAL_KEY_PASSPHRASE, MISTRAL_KEY_PROFILE and their kind are settings of this program.
  if (/^MISTRAL_KEY_/i.test(name)) return false;
  if (/(?:FILE|PATH|NAME|ID|URL|CMD|COMMAND|HELPER)$/i.test(name)) return false;
  return /MISTRAL.*(?:KEY|TOKEN)/i.test(name);
}

/** Whether a name is one that Mistral's SDK, tools or `llm` read, so that its value counts whatever its shape. */
function isWellKnownName(name: string): boolean {
  return name === "MISTRAL_API_KEY" || name === "LLM_MISTRAL_KEY";
}

const placeholderWords =
  /your|example|placeholder|change-?_?me|replace|insert|dummy|redacted|secret-?_?here|key-?_?here|xxxx|\*\*\*|\.\.\.|•/i;
const unmistakableWords = /placeholder|changeme|replaceme|yourapi|yourkey|yourmistral|keyhere|xxxxxxxx/i;

/**
 * Whether a value can be a key at all, rather than a placeholder (`your-key-here`, `xxx`), a
 * variable (`$VAR`, `%VAR%`, `{{ var }}`) or a reference into a password manager (`op://…`).
 */
export function looksLikeKey(value: string): boolean {
  if (!/^[\x21-\x7e]{16,512}$/.test(value)) return false;
  if (new Set(value).size < 5) return false;
  if (/^[A-Za-z0-9]{32}$/.test(value)) return !unmistakableWords.test(value);
  return !/[$`{}<>()[\]%"'\\\s]|:\/\//.test(value) && !placeholderWords.test(value);
}

/** Whether a value has the shape Mistral gives keys today, for names that only sound like Mistral's. */
function hasUsualShape(value: string): boolean {
  return /^[A-Za-z0-9]{32}$/.test(value);
}

/** Whether this value under this name is a Mistral key. */
export function isKeyUnder(name: string, value: string): boolean {
  if (!looksLikeKey(value)) return false;
  return isWellKnownName(name) || (namesMistralKey(name) && hasUsualShape(value));
}
