import type { Found } from '#engine/engine.ts';
import type { Identity } from '#model/identity.ts';
import { actionIds } from '../ids.ts';
import { candidatesAnswer, withLink } from '../messages/answers.ts';
import { oneLine, shorten } from '../messages/text.ts';
import type { ActionHandler, Actor, CommandHandler, Desk } from '../requests.ts';
import type { Reply } from '../reply.ts';
import { longestReason, type Who } from './grammar.ts';

interface Asked {
  readonly actor: Actor;
  readonly reply: Reply;
}

/** `/offboard @person [reason]` and `/offboard e-mail [reason]`. */
export const open: CommandHandler<'open'> = async (request, desk) => {
  const { command, actor, reply } = request;
  if (!(await desk.engine.mayStart(actor.identity.id))) return reply.say(mayNotStart);
  const found = await findWho(desk, command.who);
  if (found.kind === 'one') return begin(request, desk, found.identity, command.reason);
  if (found.kind === 'many') return offer(request, desk, textOf(command.who), found.identities, command.reason);
  await reply.say(unknownPerson(command.who));
};

/** `/offboard name [reason]`: the longest beginning that is somebody's name is the name, the rest is the reason. */
export const openByName: CommandHandler<'openByName'> = async (request, desk) => {
  const { command, actor, reply } = request;
  if (!(await desk.engine.mayStart(actor.identity.id))) return reply.say(mayNotStart);
  for (let length = Math.min(command.words.length, 5); length > 0; length -= 1) {
    const name = command.words.slice(0, length).join(' ');
    const reason = command.words.slice(length).join(' ').slice(0, longestReason) || undefined;
    const found = await desk.engine.find(name);
    if (found.kind === 'one') return begin(request, desk, found.identity, reason);
    if (found.kind === 'many') return offer(request, desk, name, found.identities, reason);
  }
  await reply.say(unknownPerson({ kind: 'text', text: command.words.join(' ') }));
};

/** The button beside one of several people. */
export const choose: ActionHandler = async (request, desk) => {
  const { actor, reply, value } = request;
  // Signed for this person: the list stands before nobody else.
  const sealed = desk.seal.open(actionIds.choose, actor.userId, value);
  if (!sealed)
    return reply.say('This button is not one that I showed you. Nothing was changed. Ask with /offboard again.');
  const subject = await desk.engine.identity(sealed.caseId);
  if (!subject) return reply.say('The people source does not know this person any more. Nothing was opened.');
  await begin(request, desk, subject, sealed.ref.slice(1) || undefined);
};

/** Whom the command means. A member is one person or nobody: their address says which. */
export async function findWho(desk: Desk, who: Who): Promise<Found> {
  if (who.kind === 'text') return desk.engine.find(who.text);
  const member = await desk.people.member(who.userId);
  const identity = member && (await desk.people.identityOf(member));
  return identity ? { kind: 'one', identity } : { kind: 'none' };
}

export function unknownPerson(who: Who): string {
  if (who.kind === 'member')
    return 'This Slack member is not somebody the people source knows by their address. Nothing was changed. Name the person by their company address.';
  return `The people source knows nobody called "${shorten(oneLine(who.text), 100)}". Nothing was changed. Name the person by their company address, or see /offboard help.`;
}

async function begin(
  { actor, reply }: Asked,
  desk: Desk,
  subject: Identity,
  reason: string | undefined,
): Promise<void> {
  const opened = await desk.engine.open({
    subjectId: subject.id,
    requesterId: actor.identity.id,
    trigger: { kind: 'command', source: actor.userId, reason },
  });
  if (!opened.done) return reply.say(opened.because);
  await reply.say(withLink(opened.say, opened.joined ? await desk.cards.link(opened.caseId) : undefined, 'Its card'));
}

async function offer(
  { actor, reply }: Asked,
  desk: Desk,
  searched: string,
  people: readonly Identity[],
  reason: string | undefined,
): Promise<void> {
  const values = people.map(({ id }) =>
    // The reference may not be empty, so the reason stands behind a mark.
    desk.seal.sign(actionIds.choose, actor.userId, { caseId: id, ref: `:${reason ?? ''}` }),
  );
  await reply.say(candidatesAnswer(searched, people, values));
}

function textOf(who: Who): string {
  return who.kind === 'text' ? who.text : 'This member';
}

const mayNotStart =
  'You may not start an offboarding. Nothing was opened. The policy names who may: ask one of them, or see /offboard whoami.';
