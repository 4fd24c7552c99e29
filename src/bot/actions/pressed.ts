import type { CaseView, StepView } from '#engine/engine.ts';
import { actionIds, stepRef } from '../ids.ts';
import { withLink } from '../messages/answers.ts';
import type { ActionRequest, Desk } from '../requests.ts';
import type { Sealed } from '../seal.ts';

/** A button that is proved to be ours, on a card that is stored, with the case as it stands now. */
export interface Pressed {
  readonly view: CaseView;
  readonly ref: string;
  /** The key of the card; of the case's own where the button is in a modal. */
  readonly key: string;
}

/** The keys of the cards on which a button may stand, the chief one first. */
type KeysOf = (sealed: Sealed) => readonly [string, ...string[]];

/** Proves the button of a card, or of a modal that stands before this person; says why and gives nothing when it cannot. */
export async function pressedOn(
  request: ActionRequest,
  desk: Desk,
  keysOf: KeysOf = ({ caseId }) => [caseId],
): Promise<Pressed | undefined> {
  const proven = await provenOn(request, desk, keysOf);
  if (!proven) return undefined;
  const view = await desk.engine.case(proven.caseId);
  if (view) return { view, ref: proven.ref, key: proven.key };
  await request.reply.say(
    'The engine does not know this case. Nothing was changed. /offboard list shows the open ones.',
  );
  return undefined;
}

/** The same for any card. */
export async function provenOn(
  request: ActionRequest,
  desk: Desk,
  keysOf: KeysOf,
): Promise<(Sealed & Pick<Pressed, 'key'>) | undefined> {
  const { actionId, value, message, actor, reply } = request;
  // A card in direct messages is signed for the person until the edit after it is signed for the conversation.
  const places = message
    ? [message.channel, ...(message.channel.startsWith('D') ? [actor.userId] : [])]
    : [actor.userId];
  const [sealed] = places.flatMap((where) => desk.seal.open(actionId, where, value) ?? []);
  if (!sealed) {
    desk.log('a button was not ours or from another place', { actionId });
    await reply.say(
      'This button is not one that I showed here. Nothing was changed. /offboard list shows the open cases.',
    );
    return undefined;
  }
  const keys = keysOf(sealed);
  if (!message) return { ...sealed, key: keys[0] };
  // The current card is the one in this conversation, where there is one: another may be out of the person's sight.
  let current = keys[0];
  for (const key of keys) {
    const stored = await desk.store.card(key);
    if (stored?.channel !== message.channel) continue;
    if (stored.ts === message.ts) return { ...sealed, key };
    current = key;
  }
  await outdated(request, desk, current);
  return undefined;
}

/** Says that the card is outdated, leads to the current one and brings that up to date. */
export async function outdated({ reply }: Pick<ActionRequest, 'reply'>, desk: Desk, key: string): Promise<void> {
  const link = await desk.cards.link(key);
  const where = link ? 'Here is the current one.' : '/offboard status CASE shows where the case stands.';
  await reply.say(withLink(`This card is outdated. Nothing was changed. ${where}`, link, 'The current card'));
  desk.cards.renewSoon(key);
}

/** The step that the button is about. */
export function stepOf(view: CaseView, ref: string): StepView | undefined {
  return view.steps.find(({ id }) => stepRef(id) === ref);
}

/** The action that a value was signed for: ids that stand several times in a block carry a number or word at their end. */
export function withoutSuffix(actionId: string): string {
  const several: readonly string[] = [actionIds.choose, actionIds.planPage];
  return several.find((id) => actionId.startsWith(`${id}.`)) ?? actionId;
}
