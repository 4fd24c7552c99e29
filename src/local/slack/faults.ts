/** What may go wrong between an app and Slack. */
export type Fault =
  | { readonly kind: 'rateLimited'; readonly retryAfterSeconds: number }
  | { readonly kind: 'serverError'; readonly status?: number }
  /** Slack does what it was asked, and the answer never arrives. */
  | { readonly kind: 'lostAnswer' }
  | { readonly kind: 'slow'; readonly delayMs: number }
  /** Slack's own `ok: false`, such as `account_inactive`. */
  | { readonly kind: 'refused'; readonly error: string };

export interface FaultDial {
  /** The next `times` (default 1) calls of `method`, or of any method where it is left out, meet the fault. */
  next(fault: Fault, options?: { readonly method?: string; readonly times?: number }): void;
  clear(): void;
}

/** A dial for tests, and the side of it that the server asks. */
export function createFaults(): FaultDial & { take(method: string): Fault | undefined } {
  let waiting: { fault: Fault; method: string | undefined; left: number }[] = [];
  return {
    next: (fault, { method, times = 1 } = {}) => void waiting.push({ fault, method, left: times }),
    clear: () => void (waiting = []),
    take(method) {
      const found = waiting.find((entry) => entry.left > 0 && (entry.method === undefined || entry.method === method));
      if (found) found.left -= 1;
      return found?.fault;
    },
  };
}
