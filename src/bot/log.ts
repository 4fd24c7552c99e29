/** Static message, data beside it: ids and numbers, never names, addresses or secrets. */
export type Log = (message: string, data?: Readonly<Record<string, unknown>>) => void;
