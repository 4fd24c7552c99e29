import { isDuplicate, type Records } from '#model/records.ts';
import type { HookAnswer, Seen } from './webhook.ts';

/** Senders repeat a message for days; a week covers the longest schedule that the Standard Webhooks guide names. */
const keptMs = 7 * 86_400_000;

/** Which webhook messages were answered for good, in the store. */
export function createSeen({ once }: Pick<Records, 'once'>, now: () => number): Seen {
  const key = (id: string) => `hook:${id}`;
  return {
    async first(id) {
      const found = await once.findById(key(id)).lean();
      // Written by `remember` alone: the shape is ours.
      return found ? { fresh: false, answer: found.answer as HookAnswer } : { fresh: true };
    },
    async remember(id, answer) {
      try {
        await once.create({ _id: key(id), answer, expiresAt: new Date(now() + keptMs) });
      } catch (error) {
        // Two deliveries at once: the first answer stays.
        if (!isDuplicate(error)) throw error;
      }
    },
  };
}
