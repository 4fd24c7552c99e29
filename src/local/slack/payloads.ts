import { randomUUID } from 'node:crypto';
import { isJson } from './limits.ts';
import { shown } from './methods/method.ts';
import { app, directId, handleOf, type Json, type Member, type Message, type View } from './records.ts';
import type { Pressed } from './pressed.ts';
import { shownView } from './shown-view.ts';
import type { Workspace } from './workspace.ts';

/** Slack's deprecated verification token; present in payloads, worth nothing. */
const token = 'local';

/** A slash command's form (docs.slack.dev/interactivity/implementing-slash-commands). */
export function commandForm(
  workspace: Workspace,
  input: { member: Member; channel: string; command: string; text: string; responseUrl: string; triggerId: string },
): Record<string, string> {
  return {
    token,
    team_id: workspace.team.id,
    team_domain: workspace.team.domain,
    channel_id: input.channel,
    channel_name: workspace.channel(input.channel)?.name ?? 'directmessage',
    user_id: input.member.id,
    user_name: handleOf(input.member),
    command: input.command,
    text: input.text,
    api_app_id: app.id,
    is_enterprise_install: 'false',
    response_url: input.responseUrl,
    trigger_id: input.triggerId,
  };
}

/** A block_actions payload (docs.slack.dev/reference/interaction-payloads/block_actions-payload). */
export function pressPayload(
  workspace: Workspace,
  input: {
    member: Member;
    pressed: Pressed;
    triggerId: string;
    from: { message: Message; responseUrl: string } | { view: View; values: Json };
  },
): Json {
  const { pressed, from } = input;
  const { element } = pressed;
  const action = {
    type: element['type'],
    action_id: element['action_id'],
    block_id: pressed.blockId,
    ...(isJson(element['text']) ? { text: element['text'] } : {}),
    ...(element['value'] === undefined ? {} : { value: element['value'] }),
    ...(element['style'] === undefined ? {} : { style: element['style'] }),
    ...pressed.chosen,
    action_ts: (workspace.now() / 1000).toFixed(6),
  };
  const head = {
    ...envelope(workspace, 'block_actions', input.member),
    trigger_id: input.triggerId,
    actions: [action],
  };
  if ('view' in from)
    return {
      ...head,
      container: { type: 'view', view_id: from.view.id },
      view: shownView(workspace, from.view, from.values),
    };
  const { channel, ts, visibleTo, threadTs } = from.message;
  return {
    ...head,
    container: {
      type: 'message',
      message_ts: ts,
      channel_id: channel,
      is_ephemeral: visibleTo !== undefined,
      ...(threadTs ? { thread_ts: threadTs } : {}),
    },
    channel: { id: channel, name: workspace.channel(channel)?.name ?? 'directmessage' },
    // Slack leaves the message out where it was an ephemeral one.
    ...(visibleTo === undefined ? { message: shown(workspace, from.message) } : {}),
    state: { values: {} },
    response_url: from.responseUrl,
  };
}

/** A view_submission or view_closed payload (docs.slack.dev/reference/interaction-payloads/view-interactions-payload). */
export function viewPayload(
  workspace: Workspace,
  input: { member: Member; view: View } & ({ values: Json; triggerId: string } | { isCleared: boolean }),
): Json {
  if ('isCleared' in input)
    return {
      ...envelope(workspace, 'view_closed', input.member),
      view: shownView(workspace, input.view),
      is_cleared: input.isCleared,
    };
  return {
    ...envelope(workspace, 'view_submission', input.member),
    trigger_id: input.triggerId,
    view: shownView(workspace, input.view, input.values),
    response_urls: [],
  };
}

/** The app_home_opened event (docs.slack.dev/reference/events/app_home_opened) in its Events API envelope. */
export function homeOpenedEvent(workspace: Workspace, member: Member): Json {
  const { team, now } = workspace;
  return {
    token,
    team_id: team.id,
    api_app_id: app.id,
    type: 'event_callback',
    event_id: `Ev${randomUUID().replaceAll('-', '').slice(0, 9).toUpperCase()}`,
    event_time: Math.floor(now() / 1000),
    authorizations: [
      { enterprise_id: null, team_id: team.id, user_id: app.botUserId, is_bot: true, is_enterprise_install: false },
    ],
    is_ext_shared_channel: false,
    event: {
      type: 'app_home_opened',
      user: member.id,
      channel: directId(member.id),
      tab: 'home',
      event_ts: (now() / 1000).toFixed(6),
    },
  };
}

function envelope({ team }: Workspace, type: string, member: Member): Json {
  return {
    type,
    team: { id: team.id, domain: team.domain },
    user: { id: member.id, username: handleOf(member), name: handleOf(member), team_id: team.id },
    api_app_id: app.id,
    token,
    enterprise: null,
    is_enterprise_install: false,
  };
}
