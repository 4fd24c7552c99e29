import type { CaseView, Engine, StepView } from '#engine/engine.ts';
import type { Actor } from './requests.ts';

// The engine has the last word on every act. What is asked here is only whether a form is worth opening, and who may read.

/** Whether this person may read the case: whoever asked for it, and whom the policy lets; never the one it is about. */
export async function mayRead(engine: Engine, { identity }: Actor, view: CaseView): Promise<boolean> {
  if (identity.id === view.subject.id) return false;
  return identity.id === view.requester?.id || engine.mayRead(identity.id);
}

/** The case, when this person may read it; the same answer for one that is not there and one they may not see. */
export async function readable(engine: Engine, actor: Actor, caseId: string): Promise<CaseView | undefined> {
  const view = await engine.case(caseId);
  return view && (await mayRead(engine, actor, view)) ? view : undefined;
}

export const noSuchCase =
  'There is no such case that you may see. Nothing was changed. /offboard list shows the open ones.';

/** Why this person cannot decide on what the case asks now, or `undefined`. */
export function whyNotDecide({ identity }: Actor, view: CaseView): string | undefined {
  if (identity.id === view.subject.id) return 'This case is about you; you cannot decide on it. Nothing was changed.';
  if (identity.id === view.requester?.id)
    return 'You asked for this offboarding, so somebody else has to decide. Nothing was changed.';
  if (!view.approverIds.includes(identity.id))
    return 'You are not an approver of this case. Nothing was changed. The card names who may decide.';
  return undefined;
}

/** Why this person cannot help the case along, or `undefined`. */
export async function whyNotSteer(
  engine: Engine,
  { identity }: Pick<Actor, 'identity'>,
  view: CaseView,
): Promise<string | undefined> {
  if (identity.id === view.subject.id) return 'This case is about you; you cannot steer it. Nothing was changed.';
  if (identity.id === view.requester?.id || (await engine.mayStart(identity.id))) return undefined;
  return 'The policy does not let you do this. Nothing was changed. Ask an approver.';
}

/** Why this person's word is not taken for the step, or `undefined`: besides the case's team its system's owner may give it. */
export async function whyNotAttest(
  engine: Engine,
  who: Pick<Actor, 'identity'>,
  view: CaseView,
  { ownerEmail }: StepView,
): Promise<string | undefined> {
  const isOwner = who.identity.email === ownerEmail && who.identity.id !== view.subject.id;
  return isOwner ? undefined : whyNotSteer(engine, who, view);
}
