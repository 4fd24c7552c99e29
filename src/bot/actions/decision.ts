import { createHash } from 'node:crypto';
import type { types } from '@slack/bolt';
import type { Answer } from '#engine/engine.ts';
import { withLink } from '../messages/answers.ts';
import type { Message } from '../messages/text.ts';
import type { Actor, Desk } from '../requests.ts';

/** A second press waits this long for the first, in milliseconds; a crash in between blocks nobody for longer. */
const claimedForMs = 60_000;

/**
 * Does something once for each person, however often and however fast the button is pressed. The key is one unique insert;
 * it goes back when the engine did nothing, and the engine's own compare-and-set stands behind it for good.
 */
export async function once(
  desk: Desk,
  actor: Actor,
  what: { readonly key: readonly string[]; readonly card: string; act(): Promise<Answer> },
): Promise<string | Message<types.KnownBlock>> {
  const digest = createHash('sha256')
    .update(JSON.stringify([...what.key, actor.identity.id]))
    .digest('hex');
  const key = `button:${digest}`;
  const now = desk.now();
  if (!(await desk.store.claim(key, now, now + claimedForMs)))
    return 'You have pressed this already and it is recorded, or is being recorded now. Nothing was done twice; the card shows where the case stands.';
  const answer = await what.act().catch(async (error: unknown) => {
    // Not known to be done: the person may press again, and the engine tells whether it was.
    await desk.store.release(key);
    throw error;
  });
  desk.cards.renewSoon(what.card);
  if (answer.done) return answer.say;
  await desk.store.release(key);
  if (answer.code !== 'outdated' && answer.code !== 'expired') return answer.because;
  return withLink(answer.because, await desk.cards.link(what.card), 'The current card');
}
