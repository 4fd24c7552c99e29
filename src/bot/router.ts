import type { App } from '@slack/bolt';
import { withoutSuffix } from './actions/pressed.ts';
import { parse, type Command } from './commands/grammar.ts';
import type { Gate } from './gate.ts';
import { ActionBody, CommandBody, SubmissionBody } from './payloads.ts';
import type { Reply } from './reply.ts';
import type { ActionHandler, Actor, CommandHandler, CommandRequest, Desk, SubmissionHandler } from './requests.ts';

export interface Routes {
  readonly desk: Desk;
  readonly gate: Gate;
  readonly slashCommands: readonly string[];
  readonly commands: { readonly [Kind in Command['kind']]: CommandHandler<Kind> };
  readonly actions: Readonly<Record<string, ActionHandler>>;
  readonly submissions: Readonly<Record<string, SubmissionHandler>>;
}

const outdated =
  'I do not know this button any more; the card is outdated. Nothing was changed. /offboard list shows the open cases.';

/**
 * One listener for each kind of request: Bolt runs every listener that matches, and two would acknowledge twice. What no
 * handler is there for is answered too, because a click is never silent.
 */
export function routeRequests(app: App, routes: Routes): void {
  const { desk, gate } = routes;
  const handlers = new Map(Object.entries(routes.actions));
  const forms = new Map(Object.entries(routes.submissions));

  app.command(/^/, async ({ context, body }) => {
    const { actor, reply } = admitted(gate, context);
    const { command: name, text } = CommandBody.parse(body);
    if (!routes.slashCommands.includes(name)) return reply.say('I do not know this command. Say /offboard help.');
    const command = parse(text);
    await dispatch(routes.commands, command.kind, { command, actor, reply }, desk);
  });

  app.action(/^/, async ({ context, body }) => {
    const { actor, reply } = admitted(gate, context);
    const parsed = ActionBody.safeParse(body);
    const [action] = parsed.data?.actions ?? [];
    if (!parsed.success || !action) return reply.say(outdated);
    const { channel, container } = parsed.data;
    const actionId = withoutSuffix(action.action_id);
    const handler = handlers.get(actionId);
    if (!handler) return reply.say(outdated);
    const message = channel && container.message_ts ? { channel: channel.id, ts: container.message_ts } : undefined;
    await handler({ actor, reply, actionId, value: action.value ?? '', message }, desk);
  });

  app.view(/^/, async ({ context, body }) => {
    const { actor, reply } = admitted(gate, context);
    const parsed = SubmissionBody.safeParse(body);
    const handler = parsed.success ? forms.get(parsed.data.view.callback_id) : undefined;
    if (!parsed.success || !handler) return reply.say('I do not know this form any more. Nothing was changed.');
    const { callback_id: callbackId, private_metadata: metadata, state } = parsed.data.view;
    const values = Object.fromEntries(
      Object.values(state.values).flatMap((fields) =>
        Object.entries(fields).flatMap(([id, { value }]) => (value ? [[id, value]] : [])),
      ),
    );
    await handler({ actor, reply, callbackId, metadata, values }, desk);
  });
}

function admitted(gate: Gate, context: object): { actor: Actor; reply: Reply } {
  const request = gate.admitted(context);
  if (!request?.actor) throw new Error('bot: a request came past the gate; nothing was changed.');
  return { actor: request.actor, reply: request.reply };
}

/** The handler of a kind takes the command of that kind. */
function dispatch<Kind extends Command['kind']>(
  commands: { readonly [Each in Kind]: CommandHandler<Each> },
  kind: Kind,
  request: CommandRequest<Kind>,
  desk: Desk,
): Promise<void> {
  return commands[kind](request, desk);
}
