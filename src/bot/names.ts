import type { CaseView, Engine } from '#engine/engine.ts';
import type { Names } from './messages/words.ts';

const mostNames = 40;

/** The display names of everybody whose id a card shows. */
export async function namesFor(engine: Pick<Engine, 'identity'>, view: CaseView): Promise<Names> {
  const { approval } = view.offboarding.state;
  return namesOf(engine, [
    ...(approval?.votes ?? []).map(({ by }) => by),
    ...view.approverIds.slice(0, 10),
    ...view.steps.flatMap(({ by }) => by ?? []),
  ]);
}

export async function namesOf(engine: Pick<Engine, 'identity'>, ids: readonly string[]): Promise<Names> {
  const wanted = [...new Set(ids)].slice(0, mostNames);
  const found = await Promise.all(wanted.map((id) => engine.identity(id)));
  return new Map(found.flatMap((identity) => (identity ? [[identity.id, identity.displayName] as const] : [])));
}
