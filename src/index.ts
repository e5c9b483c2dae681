export { type FailureKind, MistralKeyError } from "./errors.ts";
