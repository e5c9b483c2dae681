/**
 * An address at which nobody listens. The port of a server that was stopped would not do: the system may give
 * it to the next one.
 */
export const nobody = "http://127.0.0.1:1";
