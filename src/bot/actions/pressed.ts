import type { CaseView, StepView } from '#engine/engine.ts';
import { actionIds, stepRef } from '../ids.ts';
import { withLink } from '../messages/answers.ts';
import type { ActionRequest, Desk } from '../requests.ts';
import type { Sealed } from '../seal.ts';

/** A button that is proved to be ours, on the card that is stored, with the case as it stands now. */
export interface Pressed {
  readonly view: CaseView;
  readonly ref: string;
}

/** Proves the button of a card, or of a modal that stands before this person; says why and gives nothing when it cannot. */
export async function pressedOn(request: ActionRequest, desk: Desk): Promise<Pressed | undefined> {
  const sealed = await provenOn(request, desk, ({ caseId }) => caseId);
  if (!sealed) return undefined;
  const view = await desk.engine.case(sealed.caseId);
  if (view) return { view, ref: sealed.ref };
  await request.reply.say(
    'The engine does not know this case. Nothing was changed. /offboard list shows the open ones.',
  );
  return undefined;
}

/** The same for any card; `keyOf` says under which key the card is stored. */
export async function provenOn(
  request: ActionRequest,
  desk: Desk,
  keyOf: (sealed: Sealed) => string,
): Promise<Sealed | undefined> {
  const { actionId, value, message, actor, reply } = request;
  const sealed = desk.seal.open(actionId, message?.channel ?? actor.userId, value);
  if (!sealed) {
    desk.log('a button was not ours or from another place', { actionId });
    await reply.say(
      'This button is not one that I showed here. Nothing was changed. /offboard list shows the open cases.',
    );
    return undefined;
  }
  if (!message) return sealed;
  const stored = await desk.store.card(keyOf(sealed));
  if (stored?.channel === message.channel && stored.ts === message.ts) return sealed;
  await outdated(request, desk, keyOf(sealed));
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
