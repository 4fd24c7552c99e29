/** Static message, data beside it: ids and numbers, never names, addresses or secrets. */
export type Log = (message: string, data?: Readonly<Record<string, unknown>>) => void;

/** Writes one JSON line an event. */
export function createLog(write: (line: string) => void, now: () => Date = () => new Date()): Log {
  return (message, data = {}) => write(`${JSON.stringify({ at: now().toISOString(), message, ...data })}\n`);
}
