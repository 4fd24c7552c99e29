/** What is wrong with a request, in MongoDB's numbers: drivers and mongoose tell errors apart by them. */
const codeNames: Readonly<Record<number, string>> = {
  2: 'BadValue',
  9: 'FailedToParse',
  14: 'TypeMismatch',
  20: 'IllegalOperation',
  22: 'InvalidBSON',
  24: 'LockTimeout',
  26: 'NamespaceNotFound',
  27: 'IndexNotFound',
  28: 'PathNotViable',
  40: 'ConflictingUpdateOperators',
  43: 'CursorNotFound',
  48: 'NamespaceExists',
  50: 'MaxTimeMSExpired',
  52: 'DollarPrefixedFieldName',
  53: 'InvalidIdField',
  56: 'EmptyFieldName',
  59: 'CommandNotFound',
  66: 'ImmutableField',
  67: 'CannotCreateIndex',
  72: 'InvalidOptions',
  73: 'InvalidNamespace',
  85: 'IndexOptionsConflict',
  86: 'IndexKeySpecsConflict',
  96: 'OperationFailed',
  171: 'CannotIndexParallelArrays',
  175: 'QueryPlanKilled',
  238: 'NotImplemented',
  10334: 'BSONObjectTooLarge',
  11000: 'DuplicateKey',
  14031: 'OutOfDiskSpace',
};

/** An error that is answered to the client. */
export class CommandError extends Error {
  override readonly name = 'CommandError';
  readonly code: number;
  /** Further fields of the answer: which key was a duplicate. */
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

/** SQLite's own number for what went wrong (sqlite.org/rescode.html), `undefined` when the error is not SQLite's. */
export function sqliteCode(error: unknown): number | undefined {
  return error instanceof Error && 'errcode' in error && typeof error.errcode === 'number' ? error.errcode : undefined;
}

/** Whether another connection holds the lock that SQLite needs; the extended codes end in the same byte. */
export function isBusy(error: unknown): boolean {
  return ((sqliteCode(error) ?? 0) & 0xff) === 5;
}

/** SQLITE_FULL, and SQLITE_IOERR_SHMSIZE: the index of the write-ahead log could not grow. */
function isFull(error: unknown): boolean {
  return sqliteCode(error) === 13 || sqliteCode(error) === 4874;
}

/** The answer that says what went wrong. Whatever it says, nothing of the failed work was kept. */
export function failure(error: unknown): Record<string, unknown> {
  const { code, errmsg, detail } = described(error);
  return { ok: 0, errmsg, code, codeName: codeNames[code] ?? `Location${code}`, ...detail };
}

function described(error: unknown): { code: number; errmsg: string; detail?: Readonly<Record<string, unknown>> } {
  if (error instanceof CommandError) return { code: error.code, errmsg: error.message, detail: error.detail };
  if (isFull(error))
    return {
      code: 14031,
      errmsg: 'The disk of the embedded store is full. Nothing was changed. Make room and try again.',
    };
  const message = error instanceof Error ? error.message : String(error);
  return { code: 96, errmsg: `The embedded store failed: ${message}. Nothing was changed.` };
}
