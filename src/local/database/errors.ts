/** Names for the numbers by which drivers and mongoose tell errors apart; `Location` and the number for all others. */
const codeNames: Readonly<Record<number, string>> = {
  2: 'BadValue',
  59: 'CommandNotFound',
  238: 'NotImplemented',
  11000: 'DuplicateKey',
  14031: 'OutOfDiskSpace',
};

/** An error that is answered to the client. `detail` is further fields of the answer. */
export class CommandError extends Error {
  override readonly name = 'CommandError';
  readonly code: number;
  readonly detail: Readonly<Record<string, unknown>>;
  constructor(code: number, message: string, detail: Readonly<Record<string, unknown>> = {}) {
    super(message);
    this.code = code;
    this.detail = detail;
  }
}

export function refuse(code: number, message: string): never {
  throw new CommandError(code, message);
}

/** Refuses something that MongoDB has and this server has not. */
export function unsupported(what: string): never {
  return refuse(238, `${what} is not supported by the embedded store. Nothing was changed. Set MONGODB_URI to use it.`);
}

/** Whether another connection holds the lock that SQLite needs; the extended codes end in the same byte. */
export function isBusy(error: unknown): boolean {
  return (sqliteCode(error) & 0xff) === 5;
}

/** The answer that says what went wrong. Whatever it says, nothing of the failed work was kept. */
export function failure(error: unknown): Record<string, unknown> {
  if (error instanceof CommandError) return answer(error.code, error.message, error.detail);
  // SQLITE_FULL, and SQLITE_IOERR_SHMSIZE: the index of the write-ahead log could not grow.
  if ([13, 4874].includes(sqliteCode(error)))
    return answer(14031, 'The disk of the embedded store is full. Nothing was changed. Make room and try again.');
  return answer(96, `The embedded store failed: ${String(error)}. Nothing was changed.`);
}

function answer(code: number, errmsg: string, detail = {}): Record<string, unknown> {
  return { ok: 0, errmsg, code, codeName: codeNames[code] ?? `Location${code}`, ...detail };
}

/** SQLite's own number for what went wrong (sqlite.org/rescode.html), 0 when the error is not SQLite's. */
function sqliteCode(error: unknown): number {
  return error instanceof Error && 'errcode' in error && typeof error.errcode === 'number' ? error.errcode : 0;
}
