import type { CaseView } from '#engine/engine.ts';
import { withLink } from '../messages/answers.ts';
import { card } from '../messages/card.ts';
import { count, oneLine } from '../messages/text.ts';
import { namesFor } from '../names.ts';
import type { CommandHandler, CommandRequest, Desk } from '../requests.ts';
import { reachedOf } from '../owners.ts';
import { mayRead, noSuchCase, readable } from '../rights.ts';
import { showList } from './list.ts';
import { findWho, unknownPerson } from './open.ts';

/** `/offboard status`: the card of one case, before the eyes of whoever asked; without buttons, with a link to the real one. */
export const status: CommandHandler<'status'> = async (request, desk) => {
  const { command, actor, reply } = request;
  const { who } = command;
  if (!who) return showList(request, desk, 'open');
  if (who.kind === 'text') {
    const named = await readable(desk.engine, actor, who.text);
    if (named) return show(request, desk, named);
    if (/^off-\d+$/i.test(who.text)) return reply.say(noSuchCase);
  }
  const found = await findWho(desk, who);
  if (found.kind === 'none') return reply.say(unknownPerson(who));
  if (found.kind === 'many') {
    const names = found.identities
      .slice(0, 5)
      .map(({ displayName, email }) => `${oneLine(displayName)} (${oneLine(email)})`);
    return reply.say(
      `${count(found.identities.length, 'person fits', 'people fit')}: ${names.join(', ')}. Ask again with the address.`,
    );
  }
  const [newest] = await desk.engine.cases({ subjectId: found.identity.id, limit: 1 });
  if (newest && (await mayRead(desk.engine, actor, newest))) return show(request, desk, newest);
  await reply.say('There is no offboarding of this person that you may see.');
};

async function show({ reply }: Pick<CommandRequest, 'reply'>, desk: Desk, view: CaseView): Promise<void> {
  const { text, blocks } = card({
    view,
    names: await namesFor(desk.engine, view),
    reached: await reachedOf(desk.store, view),
  });
  const link = withLink('', await desk.cards.link(view.id), 'The card with its buttons').blocks.slice(1);
  await reply.say({ text, blocks: [...blocks, ...link] });
}
