import { createHash } from 'node:crypto';
import type { types } from '@slack/bolt';
import type { Answer, Refusal } from '#engine/engine.ts';
import { withLink } from '../messages/answers.ts';
import type { Message } from '../messages/text.ts';
import type { Reply } from '../reply.ts';
import type { Actor, Desk } from '../requests.ts';

/** A second press waits this long for the first, in milliseconds; a crash in between blocks nobody for longer. */
const claimedForMs = 60_000;

/** What a refusal says of the case: the card may be behind, so it is brought up to date. */
const behind: ReadonlySet<Refusal['code']> = new Set([
  'alreadyDecided',
  'outdated',
  'expired',
  'notNow',
  'unknownStep',
]);

/**
 * Does something once for each person, however often and however fast the button is pressed, and says what came of it. The
 * key is one unique insert; it goes back when the engine did nothing, and the engine's own compare-and-set stands behind
 * it for good.
 */
export async function once(
  { actor, reply }: { readonly actor: Actor; readonly reply: Reply },
  desk: Desk,
  what: { readonly key: readonly string[]; readonly card: string; act(): Promise<Answer> },
): Promise<void> {
  const digest = createHash('sha256')
    .update(JSON.stringify([...what.key, actor.identity.id]))
    .digest('hex');
  const key = `button:${digest}`;
  const now = desk.now();
  if (!(await desk.store.claim(key, now, now + claimedForMs))) return reply.say(twice);
  const answer = await what.act().catch(async (error: unknown) => {
    // Not known to be done: the person may press again, and the engine tells whether it was.
    await desk.store.release(key);
    throw error;
  });
  if (!answer.done) await desk.store.release(key);
  // The answer first: whoever pressed looks at it, the card is for everybody.
  await reply.say(await said(answer, desk, what.card));
  if (answer.done || behind.has(answer.code)) desk.cards.renewSoon(what.card);
}

async function said(answer: Answer, desk: Desk, card: string): Promise<string | Message<types.KnownBlock>> {
  if (answer.done) return answer.say;
  if (answer.code !== 'outdated' && answer.code !== 'expired') return answer.because;
  return withLink(answer.because, await desk.cards.link(card), 'The current card');
}

const twice =
  'You have pressed this already and it is recorded, or is being recorded now. Nothing was done twice; the card shows where the case stands.';
