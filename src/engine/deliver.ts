import type { Durable } from './durable.ts';

/** How long a person waits for the durable engine before hearing that it cannot be reached, in milliseconds. */
const deliverLimitMs = 8_000;

/** Rejects when the durable engine does not answer in time. Whether it took the event is then not known. */
export async function soon<T>(promise: Promise<T>): Promise<T> {
  const limit = AbortSignal.timeout(deliverLimitMs);
  const over = Promise.withResolvers<never>();
  const onAbort = () => over.reject(limit.reason);
  limit.addEventListener('abort', onAbort, { once: true });
  try {
    return await Promise.race([promise, over.promise]);
  } finally {
    limit.removeEventListener('abort', onAbort);
  }
}

/** Lets the held cases of a batch go on. Each is told once, however often this is called. */
export async function release(durable: Durable, batchId: string, caseIds: readonly string[]): Promise<void> {
  for (const caseId of caseIds)
    await soon(durable.post(caseId, { kind: 'released', batchId }, `released-${batchId}-${caseId}`));
}
