import { z } from 'zod';
import { isJson } from './limits.ts';
import { formState, type FieldValues } from './form-values.ts';
import { withMentions } from './mentions.ts';
import { judge, push } from './methods/views.ts';
import { commandForm, homeOpenedEvent, pressPayload, viewPayload } from './payloads.ts';
import { findPressed } from './pressed.ts';
import { NotPossible } from './not-possible.ts';
import { directId, type Member, type Message, type View } from './records.ts';
import { respond } from './response-urls.ts';
import { deliver } from './sign.ts';
import type { SlackDouble } from './slack.ts';
import { watchFor } from './watch.ts';
import { blocksOf, sees, type Workspace } from './workspace.ts';

/** What a person saw after they did something. */
export interface Seen {
  /** Messages that are new or changed, the newest last. */
  readonly messages: readonly Message[];
  /** The modal before their eyes. */
  readonly view: View | undefined;
  /** What stands under the fields of a form that was not taken; by block id. */
  readonly errors?: Readonly<Record<string, string>>;
}

export interface HandsOptions {
  readonly slack: SlackDouble;
  readonly eventsUrl: string;
  /** What deliveries are signed with; the double's own secret where left out. */
  readonly signingSecret?: string;
  /** Slash commands that the app has. */
  readonly commands?: readonly string[];
  /** How long to wait for the first thing that can be seen after an acknowledgement, in milliseconds. */
  readonly patienceMs?: number;
}

const ViewAnswer = z.discriminatedUnion('response_action', [
  z.object({ response_action: z.literal('errors'), errors: z.record(z.string(), z.string()) }),
  z.object({ response_action: z.literal('update'), view: z.unknown() }),
  z.object({ response_action: z.literal('push'), view: z.unknown() }),
  z.object({ response_action: z.literal('clear') }),
]);

export type Hands = ReturnType<typeof createHands>;

/** What people do in Slack: each deed is a signed request to the app, and ends in what the person sees. */
export function createHands(options: HandsOptions) {
  const {
    slack,
    eventsUrl,
    signingSecret = slack.signingSecret,
    commands = ['/offboard'],
    patienceMs = 2500,
  } = options;
  const { workspace } = slack;
  const delivery = { eventsUrl, signingSecret, now: workspace.now };

  async function watched(member: Member, act: () => Promise<Seen['errors'] | void>): Promise<Seen> {
    const watch = watchFor(workspace, member.id);
    try {
      const errors = await act();
      if (!errors) await watch.settled(patienceMs);
      const messages = watch.messages().sort((one, other) => Number(one.ts) - Number(other.ts));
      return { messages, view: workspace.topView(member.id), ...(errors ? { errors } : {}) };
    } finally {
      watch.stop();
    }
  }

  return {
    /** Says a slash command. `text` is the whole line; `channel` is the conversation with the bot where left out. */
    say(input: { as: string; text: string; channel?: string | undefined }): Promise<Seen> {
      const member = memberOf(workspace, input.as);
      const channel = input.channel ?? directId(member.id);
      if (!workspace.conversationsOf(member.id).includes(channel))
        throw new NotPossible('not_in_channel', `${member.name} is not in this conversation. Choose one of theirs.`);
      const [command = '', ...rest] = input.text.trim().split(/\s+/);
      if (!commands.includes(command))
        throw new NotPossible('unknown_command', `Nothing was sent. Say one of: ${commands.join(', ')}.`);
      const text = withMentions(rest.join(' '), workspace.members());
      return watched(member, async () => {
        const responseUrl = slack.responseUrl({ userId: member.id, channel });
        const triggerId = workspace.makeTrigger(member.id);
        const form = commandForm(workspace, { member, channel, command, text, responseUrl, triggerId });
        const { body } = await deliver(delivery, { form });
        if (typeof body === 'string') respond(workspace, { userId: member.id, channel }, { text: body });
        if (isJson(body) && (body['text'] ?? body['blocks'])) respond(workspace, { userId: member.id, channel }, body);
      });
    },

    /** Presses a button, or chooses in a menu with `value`. In a message by `channel` and `ts`, or in a view. */
    press(input: {
      as: string;
      actionId: string;
      blockId?: string | undefined;
      value?: string | undefined;
      at: { channel: string; ts: string } | { viewId: string; values?: FieldValues };
    }): Promise<Seen> {
      const member = memberOf(workspace, input.as);
      const { at } = input;
      const place = 'viewId' in at ? viewOf(workspace, member, at.viewId) : messageOf(workspace, member, at);
      const blocks = 'view' in place ? place.view['blocks'] : place.blocks;
      const pressed = findPressed(workspace, blocks, input);
      return watched(member, async () => {
        const triggerId = workspace.makeTrigger(member.id, 'view' in place ? place.id : undefined);
        const from =
          'view' in place
            ? { view: place, values: stateOf(workspace, place, 'values' in at ? at.values : undefined).values }
            : {
                message: place,
                responseUrl: slack.responseUrl({ userId: member.id, channel: place.channel, ts: place.ts }),
              };
        const payload = pressPayload(workspace, { member, pressed, triggerId, from });
        await deliver(delivery, { form: { payload: JSON.stringify(payload) } });
      });
    },

    /** Submits the open form. */
    submit(input: { as: string; viewId: string; values: FieldValues }): Promise<Seen> {
      const member = memberOf(workspace, input.as);
      const view = viewOf(workspace, member, input.viewId);
      const { values, errors } = stateOf(workspace, view, input.values);
      return watched(member, async () => {
        if (Object.keys(errors).length > 0) return errors;
        const triggerId = workspace.makeTrigger(member.id, view.id);
        const payload = viewPayload(workspace, { member, view, values, triggerId });
        const { body } = await deliver(delivery, { form: { payload: JSON.stringify(payload) } });
        return answerOf(workspace, view, body);
      });
    },

    /** Closes the open form without submitting it. */
    close(input: { as: string; viewId: string }): Promise<Seen> {
      const member = memberOf(workspace, input.as);
      const view = viewOf(workspace, member, input.viewId);
      return watched(member, async () => {
        workspace.closeView(view, { all: view.view['clear_on_close'] === true });
        if (view.view['notify_on_close'] !== true) return;
        const payload = viewPayload(workspace, { member, view, isCleared: view.view['clear_on_close'] === true });
        await deliver(delivery, { form: { payload: JSON.stringify(payload) } });
      });
    },

    /** Opens the app's home tab. */
    openHome(input: { as: string }): Promise<Seen> {
      const member = memberOf(workspace, input.as);
      return watched(member, async () => {
        await deliver(delivery, { json: homeOpenedEvent(workspace, member) });
      });
    },
  };
}

function answerOf(workspace: Workspace, view: View, body: unknown): Seen['errors'] | void {
  if (body === undefined) return workspace.closeView(view);
  const parsed = ViewAnswer.safeParse(body);
  if (!parsed.success)
    throw new NotPossible('invalid_response', 'The bot answered the form with something that Slack does not know.');
  const answer = parsed.data;
  switch (answer.response_action) {
    case 'errors':
      return answer.errors;
    case 'update':
      return void workspace.changeView(view, judge(answer.view, 'modal', workspace, true));
    case 'push':
      return void push(workspace, view.userId, judge(answer.view, 'modal', workspace), view);
    case 'clear':
      return workspace.closeView(view, { all: true });
  }
}

function memberOf(workspace: Workspace, id: string): Member {
  const member = workspace.member(id);
  if (!member) throw new NotPossible('user_not_found', `Nobody here has the id ${id}. Choose somebody from the list.`);
  if (member.deleted)
    throw new NotPossible('account_inactive', `${member.name}'s Slack account is deactivated. Act as somebody else.`);
  return member;
}

function messageOf(workspace: Workspace, member: Member, { channel, ts }: { channel: string; ts: string }): Message {
  const message = workspace.message(channel, ts);
  if (!message || !sees(workspace, member.id, message))
    throw new NotPossible('message_not_found', `${member.name} sees no such message. Look at their messages again.`);
  return message;
}

function viewOf(workspace: Workspace, member: Member, id: string): View {
  const home = workspace.home(member.id);
  if (home?.id === id) return { ...home, rootId: home.id };
  const view = workspace.topView(member.id);
  if (view?.id !== id)
    throw new NotPossible('view_not_found', `${member.name} does not have this form open. Open it again.`);
  return view;
}

function stateOf(workspace: Workspace, view: View, filled: FieldValues = {}) {
  const wanted = (text: string) => text.toLowerCase().replace(/^@/, '');
  return formState(blocksOf(view.view), filled, (text) => {
    const found = workspace
      .members()
      .filter((member) => [member.id, member.email, member.name].some((label) => label.toLowerCase() === wanted(text)));
    return found.length === 1 ? found[0]?.id : undefined;
  });
}
