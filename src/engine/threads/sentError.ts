/** Errors on their way between threads or processes. */
import * as errors from "../../errors.ts";
import { SynfireError } from "../../errors.ts";

export interface SentError {
  readonly name: string;
  readonly code: string | undefined;
  readonly message: string;
  readonly hint: string | undefined;
}

export function sent(error: unknown): SentError {
  const { name, message } = error as Error;
  return error instanceof SynfireError ? { name, code: error.code, message, hint: error.hint } : { name, code: undefined, message, hint: undefined };
}

/** @param other makes the error where it was none of Synfire's own */
export function received(error: SentError, other: (message: string) => Error): Error {
  const kinds: Readonly<Record<string, unknown>> = errors;
  const Kind = kinds[error.name];
  if (error.code !== undefined && typeof Kind === "function" && Kind.prototype instanceof SynfireError) {
    const { hint = "", message } = error;
    const problem = hint !== "" && message.endsWith(hint) ? message.slice(0, -hint.length).trimEnd() : message;
    return new (Kind as typeof SynfireError)(error.code, problem, hint);
  }
  return other(error.message);
}
