export { type FailureKind, MistralKeyError } from "./errors.ts";
export { type GetMistralKeyOptions, getMistralKey } from "./library/get-mistral-key.ts";
