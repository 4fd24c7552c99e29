/** The target system cannot be reached or asks to come back later. The engine tries again. */
export class Unavailable extends Error {
  override readonly name = 'Unavailable';
  /** What the target system asked for, in milliseconds. */
  readonly retryAfterMs: number | undefined;
  constructor(message: string, options: ErrorOptions & { retryAfterMs?: number | undefined } = {}) {
    super(message, options);
    this.retryAfterMs = options.retryAfterMs;
  }
}

/** The target system said no: credentials or rights. A person takes over. */
export class Refused extends Error {
  override readonly name = 'Refused';
}

/** The target system has no such operation. A person takes over. */
export class Unsupported extends Error {
  override readonly name = 'Unsupported';
}

/** It is not proved whose account this is. Nothing is done; a person decides. */
export class Ambiguous extends Error {
  override readonly name = 'Ambiguous';
}

export type ExpectedError = Unavailable | Refused | Unsupported | Ambiguous;

export function isExpected(error: unknown): error is ExpectedError {
  return (
    error instanceof Unavailable ||
    error instanceof Refused ||
    error instanceof Unsupported ||
    error instanceof Ambiguous
  );
}
