import type { CaseView } from '#engine/engine.ts';
import { listAnswer } from '../messages/answers.ts';
import type { CommandHandler, CommandRequest, Desk } from '../requests.ts';
import { mayRead } from '../rights.ts';

/** How many cases are looked through for those that the person may see. */
const mostCases = 50;

/** `/offboard list [open|all]`: the newest ten that the person may see. */
export const list: CommandHandler<'list'> = (request, desk) => showList(request, desk, request.command.which);

export async function showList(
  { actor, reply }: Pick<CommandRequest, 'actor' | 'reply'>,
  desk: Desk,
  which: 'open' | 'all',
): Promise<void> {
  const cases = await desk.engine.cases({ ...(which === 'open' ? { open: true } : {}), limit: mostCases });
  const seen: CaseView[] = [];
  for (const view of cases) if (await mayRead(desk.engine, actor, view)) seen.push(view);
  await reply.say(listAnswer(which, seen));
}
