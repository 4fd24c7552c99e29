import { formsAnswer, whoamiAnswer } from '../messages/answers.ts';
import type { CommandHandler } from '../requests.ts';
import { forms } from './grammar.ts';

/** `/offboard` and `/offboard help`. */
export const help: CommandHandler<'help'> = ({ reply }) =>
  reply.say(formsAnswer('What I understand; CASE is the number on a card, such as OFF-12:', Object.values(forms)));

/** What was not understood: the nearest forms. */
export const unknown: CommandHandler<'unknown'> = ({ reply, command }) =>
  reply.say(formsAnswer('I did not understand this, so nothing was done. Did you mean one of these?', command.nearest));

/** `/offboard whoami`. */
export const whoami: CommandHandler<'whoami'> = async ({ reply, actor }, { engine }) => {
  const { id } = actor.identity;
  const [start, approve, read] = await Promise.all([engine.mayStart(id), engine.mayApprove(id), engine.mayRead(id)]);
  await reply.say(whoamiAnswer(actor.identity, { start, approve, read }));
};
