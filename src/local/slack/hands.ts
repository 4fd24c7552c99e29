import { z } from 'zod';
import { elementsOf, isJson } from './limits.ts';
import { formState, optionsOf, type FieldValues } from './form-values.ts';
import { withMentions } from './mentions.ts';
import { judge, push } from './methods/views.ts';
import { commandForm, homeOpenedEvent, pressPayload, viewPayload, type Pressed } from './payloads.ts';
import { directId, type Json, type Member, type Message, type View } from './records.ts';
import { respond } from './response-urls.ts';
import { deliver } from './sign.ts';
import type { SlackDouble } from './slack.ts';
import { blocksOf, sees, type Workspace } from './workspace.ts';

/** What a person tried is not possible in Slack. `say` is for them: what happened, what to do. */
export class NotPossible extends Error {
  override readonly name = 'NotPossible';
  readonly error: string;
  constructor(error: string, say: string) {
    super(say);
    this.error = error;
  }
}

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
export function createHands({ slack, eventsUrl, commands = ['/offboard'], patienceMs = 2500 }: HandsOptions) {
  const { workspace } = slack;
  const delivery = { eventsUrl, signingSecret: slack.signingSecret, now: workspace.now };

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
      const pressed = find(workspace, blocks, input);
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

function find(
  workspace: Workspace,
  blocks: unknown,
  { actionId, blockId, value }: { actionId: string; blockId?: string | undefined; value?: string | undefined },
): Pressed {
  const found = (Array.isArray(blocks) ? blocks : [])
    .filter(isJson)
    .filter((block) => blockId === undefined || block['block_id'] === blockId)
    .flatMap((block) => elementsOf(block).map((element) => ({ blockId: String(block['block_id']), element })))
    .filter(({ element }) => element['action_id'] === actionId)
    // Two buttons in different blocks may share an action id and differ in their values.
    .filter(({ element }, _index, all) => all.length === 1 || value === undefined || element['value'] === value);
  const [only] = found;
  if (!only) throw new NotPossible('action_not_found', 'There is no such button now. Look at the message again.');
  if (found.length > 1)
    throw new NotPossible('action_ambiguous', 'Several buttons have this action id. Say which by blockId or value.');
  return { ...only, chosen: chosenIn(workspace, only.element, value) };
}

function chosenIn(workspace: Workspace, element: Json, value: string | undefined): Json {
  const type = String(element['type']);
  if (type === 'button') return {};
  if (type === 'users_select') {
    if (value === undefined || !workspace.member(value))
      throw new NotPossible('option_not_found', 'Say which person by value, a Slack id.');
    return { selected_user: value };
  }
  const many = type === 'checkboxes' || type === 'multi_static_select';
  if (many) {
    const wanted = new Set((value ?? '').split(',').filter(Boolean));
    return { selected_options: optionsOf(element).filter((option) => wanted.has(String(option['value']))) };
  }
  if (type === 'datepicker') return { selected_date: value ?? null };
  if (type === 'datetimepicker') return { selected_date_time: value === undefined ? null : Number(value) };
  const option = optionsOf(element).find((each) => each['value'] === value);
  if (!option) throw new NotPossible('option_not_found', 'The menu has no such option. Say one of its values.');
  return { selected_option: option };
}

/** Notes what a member can see changing, and waits until nothing has changed for a moment. */
function watchFor(workspace: Workspace, userId: string) {
  const touched = new Set<string>();
  let lastChange: number | undefined;
  const stop = workspace.onChange((change) => {
    if (change.kind === 'message') {
      const mine = change.userId === undefined || change.userId === userId;
      if (!mine || !workspace.conversationsOf(userId).includes(change.channel ?? '')) return;
      touched.add(`${change.channel}/${change.ts}`);
    } else if (change.userId !== userId) return;
    lastChange = Date.now();
  });
  return {
    stop,
    messages: () =>
      [...touched].flatMap((key) => {
        const [channel = '', ts = ''] = key.split('/');
        const message = workspace.message(channel, ts);
        return message ? [message] : [];
      }),
    async settled(patienceMs: number): Promise<void> {
      const until = Date.now() + patienceMs;
      while (Date.now() < until) {
        if (lastChange !== undefined && Date.now() - lastChange > 150) return;
        await new Promise((resolve) => setTimeout(resolve, 20));
      }
    },
  };
}
