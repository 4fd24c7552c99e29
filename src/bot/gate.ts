import type { AllMiddlewareArgs, AnyMiddlewareArgs, Middleware } from '@slack/bolt';
import { z } from 'zod';
import { isTimely, refuseMember, rememberedMs, unlinked, type Origin } from './guard.ts';
import { ActionBody, CommandBody, PersonBody, SubmissionBody } from './payloads.ts';
import { Delivery } from './receivers.ts';
import { createReply, type Reply } from './reply.ts';
import type { Actor, Desk } from './requests.ts';

/** What the gate found out about one request. */
export interface Admitted {
  readonly reply: Reply;
  /** Set once the guard let the member through. */
  actor?: Actor;
}

export interface Gate {
  /** Stands before every handler: one request once, of this moment, by a member of an allowed workspace who is a person we know. */
  readonly admit: Middleware<AnyMiddlewareArgs>;
  /** What is known of the request that this context belongs to. */
  admitted(context: object): Admitted | undefined;
}

type Args = AnyMiddlewareArgs & AllMiddlewareArgs;

export function createGate(desk: Desk, teams: ReadonlySet<string>): Gate {
  const requests = new WeakMap<object, Admitted>();

  async function admit(args: Args): Promise<void> {
    const { context, body, next } = args;
    // Events need no answer, and this bot has subscribed to none.
    if (!('ack' in args) || !args.ack) return;
    const request: Admitted = { reply: replyTo(args, desk) };
    requests.set(context, request);
    const { reply } = request;

    const { requestKey, sentAt } = Delivery.parse(context);
    if (sentAt !== undefined && !isTimely(sentAt, desk.now())) {
      desk.log('a request came from another time and was refused', { sentAt });
      return reply.say(
        'The time on this request and the time of my machine are more than five minutes apart. Nothing was changed. Whoever runs this bot should set its clock.',
      );
    }
    const now = desk.now();
    if (!(await desk.store.claim(`request:${requestKey}`, now, now + rememberedMs))) {
      // The first one was answered; a second answer would tell whoever repeats it something.
      desk.log('a request came twice and was dropped');
      return reply.settle();
    }

    const { userId, origin, fresh } = personOf(body);
    const member = await desk.people.member(userId, { fresh });
    const refused = refuseMember(member, origin, teams);
    if (refused || !member) {
      desk.log('a member was refused', { userId });
      return reply.say(refused ?? unlinked);
    }
    const identity = await desk.people.identityOf(member);
    if (!identity) return reply.say(unlinked);
    request.actor = { userId, identity };
    await next();
    await reply.settle();
  }

  return {
    admit,
    admitted: (context) => requests.get(context),
  };
}

/** Who says they act, and where from. What decides or changes something is judged by what Slack says in this moment. */
function personOf(body: unknown): { userId: string; origin: Origin; fresh: boolean } {
  const command = CommandBody.safeParse(body);
  if (command.success)
    return { userId: command.data.user_id, origin: { teamIds: [command.data.team_id] }, fresh: false };
  const { user, team } = PersonBody.parse(body);
  return { userId: user.id, origin: { teamIds: [user.team_id, team?.id] }, fresh: true };
}

/**
 * Bolt types the acknowledgement by the kind of request; the reply makes the one that belongs to the kind. As a method it
 * is compared in both directions, so that each of them fits.
 */
type Acknowledge = { acknowledge(answer?: unknown): Promise<void> }['acknowledge'];

function replyTo(args: Args, desk: Desk): Reply {
  const { body } = args;
  const command = CommandBody.safeParse(body);
  const action = ActionBody.safeParse(body);
  const submission = SubmissionBody.safeParse(body);
  const respond = 'respond' in args ? args.respond : undefined;
  return createReply({
    kind: command.success ? 'command' : action.success ? 'action' : submission.success ? 'submission' : 'other',
    async ack(response) {
      const acknowledge: Acknowledge | undefined = 'ack' in args ? args.ack : undefined;
      await acknowledge?.(response);
    },
    respond: respond && ((message) => respond(Response.parse(message))),
    slack: desk.slack,
    triggerId: (command.data ?? action.data)?.trigger_id ?? Triggered.safeParse(body).data?.trigger_id,
    view: action.data?.view ?? submission.data?.view,
  });
}

const Triggered = z.object({ trigger_id: z.string().max(300) });
const Response = z.looseObject({ text: z.string() });
