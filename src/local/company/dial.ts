/** What goes wrong at a double, set by whoever tries the product. Counted faults go down by one each time. */
export interface Dial {
  /** The next requests are told to come back later, in this vendor's form. */
  throttle: number;
  /** The next requests fail with 503 and nothing happens. */
  errorBefore: number;
  /** The next acts happen, and are answered 503. */
  errorAfter: number;
  /** The next acts happen, and their answers never arrive. */
  lost: number;
  /** The next acts are answered with success, and nothing happens. */
  lie: number;
  /** The next looks that were made before show again what they showed then. */
  stale: number;
  /** Each request waits that long, in milliseconds. */
  slowMs: number;
  /** A search returns everybody. */
  ignoreFilter: boolean;
  /** A search returns one row: somebody else's. */
  wrongRow: boolean;
  /** Everything is refused with 403 for want of rights. */
  forbidden: boolean;
  /** No connection is taken. */
  down: boolean;
  /** Whether `throttle`, `errorBefore`, `slowMs` and `forbidden` strike looks too, or acts only. */
  reach: 'all' | 'acts';
}

/** A dial on which nothing goes wrong. `Object.assign(dial, calmDial())` puts a dial back. */
export function calmDial(): Dial {
  return {
    throttle: 0,
    errorBefore: 0,
    errorAfter: 0,
    lost: 0,
    lie: 0,
    stale: 0,
    slowMs: 0,
    ignoreFilter: false,
    wrongRow: false,
    forbidden: false,
    down: false,
    reach: 'all',
  };
}

/** The rows that a search answers with: those that match, unless the dial says otherwise. */
export function searched<T>(dial: Dial, rows: readonly T[], matches: (row: T) => boolean): T[] {
  if (dial.ignoreFilter) return [...rows];
  if (dial.wrongRow) return rows.filter((row) => !matches(row)).slice(0, 1);
  return rows.filter(matches);
}
