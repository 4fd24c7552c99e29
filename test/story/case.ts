import { setTimeout as sleep } from 'node:timers/promises';
import { z } from 'zod';
import type { Product } from './product.ts';

const Message = z.object({
  ts: z.string(),
  text: z.string(),
  blocks: z.array(z.unknown()),
  onlyYou: z.boolean(),
  thread: z.string().optional(),
  buttons: z.array(z.object({ actionId: z.string(), text: z.string() })),
});
export type Message = z.output<typeof Message>;
const Answer = z.object({ messages: z.array(Message) });

const people = { requester: 'Harriet Bloom', approver: 'Selma Novak' } as const;
const channel = '#offboarding';

/** Opens the offboarding of Dana Reyes and gives back its card, once it asks for a decision. */
export async function openCase(product: Product): Promise<Message> {
  await product.ask('/api/say', { as: people.requester, text: '/offboard @Dana Reyes resigned', channel });
  return untilCard(product, /A decision is needed/);
}

/** Presses Approve on the card as the head of security. Does not wait for what comes of it. */
export function approve(product: Product, card: Message): Promise<unknown> {
  return product.ask('/api/press', { as: people.approver, channel, ts: card.ts, actionId: 'exeunt.case.approve' });
}

/** The card of the case as the approver sees it, once its sentence is like `wanted`. Throws with the last one seen. */
export async function untilCard(product: Product, wanted: RegExp, limitMs = 90_000): Promise<Message> {
  const deadline = performance.now() + limitMs;
  for (let last = 'no card'; ; await sleep(25)) {
    const card = await cardNow(product);
    if (card && wanted.test(card.text)) return card;
    last = card?.text ?? last;
    if (performance.now() > deadline) throw new Error(`The card does not come to ${String(wanted)}. It says: ${last}`);
  }
}

/** The one message with the case's buttons or its lists, as the approver sees it. */
async function cardNow(product: Product): Promise<Message | undefined> {
  const query = new URLSearchParams({ as: people.approver, channel });
  const { messages } = Answer.parse(await product.ask(`/api/messages?${query.toString()}`));
  const cards = messages.filter(({ thread, onlyYou, blocks }) => !thread && !onlyYou && blocks.length > 2);
  if (cards.length > 1) throw new Error(`One case has ${cards.length} cards.`);
  return cards[0];
}
