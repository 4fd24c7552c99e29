import { createServer } from 'node:net';
import { App, HTTPReceiver, LogLevel } from '@slack/bolt';
import { memoryKeep, type Keep } from '#local/company/keep.ts';
import type { Channel, Member } from '#local/slack/records.ts';
import { openSlackDouble, type SlackDouble } from '#local/slack/slack.ts';

export const signingSecret = 'a-signing-secret-of-the-test';
export const botToken = 'xoxb-test-token';
const team = { id: 'T0BRIGHT01', name: 'Brightwater', domain: 'brightwater' };

export const hugo: Member = {
  id: 'U00001004',
  name: 'Hugo Marchetti',
  email: 'hugo.marchetti@brightwater.example',
  title: 'People Partner',
};
export const selma: Member = {
  id: 'U00001005',
  name: 'Selma Novak',
  email: 'selma.novak@brightwater.example',
  title: 'Head of Security',
};
export const dana: Member = {
  id: 'U00001010',
  name: 'Dana Reyes',
  email: 'dana.reyes@brightwater.example',
  title: 'Staff Engineer',
};
export const alexes: readonly Member[] = [
  { id: 'U00001018', name: 'Alex Kim', email: 'alex.kim@brightwater.example' },
  { id: 'U00001019', name: 'Alex Kim', email: 'alex.kim2@brightwater.example' },
];
const offboarding: Channel = {
  id: 'C0OFFBOARD',
  name: 'offboarding',
  isPrivate: true,
  members: [hugo.id, selma.id],
};
const elsewhere: readonly Channel[] = [
  { id: 'C0SECRET01', name: 'secret', isPrivate: true, members: [selma.id], withoutBot: true },
  { id: 'C0GENERAL1', name: 'general', isPrivate: false, members: [hugo.id, dana.id], withoutBot: true },
];

export function openTestSlack(options: { keep?: Keep; now?: () => number } = {}): Promise<SlackDouble> {
  return openSlackDouble({
    keep: options.keep ?? memoryKeep(),
    team,
    members: [hugo, selma, dana, ...alexes],
    channels: [offboarding, ...elsewhere],
    signingSecret,
    botToken,
    scopes: ['chat:write', 'commands'],
    ...(options.now ? { now: options.now } : {}),
  });
}

/** What the small app heard, for tests that judge payloads. */
interface Heard {
  readonly texts: string[];
  readonly bodies: unknown[];
}

/** A real Bolt app on its own HTTP receiver: `/offboard`, a card with two buttons, a form, a home tab. */
export async function openSmallApp(slack: SlackDouble) {
  const heard: Heard = { texts: [], bodies: [] };
  const receiver = new HTTPReceiver({ signingSecret, logLevel: LogLevel.ERROR });
  const app = new App({
    receiver,
    token: botToken,
    deferInitialization: true,
    logLevel: LogLevel.ERROR,
    clientOptions: { slackApiUrl: slack.apiUrl, retryConfig: { retries: 0 }, timeout: 5000 },
  });

  app.command('/offboard', async ({ ack, command, client, respond }) => {
    heard.texts.push(command.text);
    if (command.text === 'help') {
      await ack('Say who leaves.');
      return;
    }
    await ack();
    if (command.text === 'form') {
      const opened = await client.views.open({ trigger_id: command.trigger_id, view: form('Why?') });
      await client.views.update({ view_id: opened.view?.id ?? '', view: form('Why, in words?') });
      return;
    }
    await client.chat.postMessage({
      channel: 'C0OFFBOARD',
      text: `Offboarding of ${command.text}`,
      blocks: card(command.text),
    });
    await respond('Begun.');
  });
  app.action('offboarding.approve', async ({ ack, body, client }) => {
    await ack();
    heard.bodies.push(body);
    if (body.type !== 'block_actions' || !body.channel || !body.message) return;
    await client.chat.update({
      channel: body.channel.id,
      ts: body.message.ts,
      text: `Approved by <@${body.user.id}>`,
      blocks: [{ type: 'section', text: { type: 'mrkdwn', text: `Approved by <@${body.user.id}>` } }],
    });
  });
  app.action('offboarding.reject', async ({ ack, body, client }) => {
    await ack();
    if (body.type === 'block_actions') await client.views.open({ trigger_id: body.trigger_id, view: form('Why not?') });
  });
  app.action('offboarding.more', async ({ ack, body }) => {
    await ack();
    heard.bodies.push(body);
  });
  app.view('offboarding.reason', async ({ ack, view, body, client }) => {
    heard.bodies.push(body);
    const reason = view.state.values['reason']?.['text']?.value ?? '';
    if (reason === 'no') await ack({ response_action: 'errors', errors: { reason: 'Say more.' } });
    else if (reason === 'again') await ack({ response_action: 'update', view: form('And?') });
    else await ack();
    if (reason === 'no' || reason === 'again') return;
    await client.chat.postMessage({ channel: body.user.id, text: `Because: ${reason}` });
  });
  app.event('app_home_opened', async ({ event, client }) => {
    await client.views.publish({
      user_id: event.user,
      view: {
        type: 'home',
        blocks: [{ type: 'section', text: { type: 'plain_text', text: 'Nothing waits for you.' } }],
      },
    });
  });

  await app.init();
  const port = await freePort();
  await app.start({ port, host: '127.0.0.1' });
  return {
    heard,
    client: app.client,
    eventsUrl: `http://127.0.0.1:${port}/slack/events`,
    close: async () => void (await app.stop()),
  };
}

async function freePort(): Promise<number> {
  const server = createServer();
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const address = server.address();
  if (address === null || typeof address === 'string') throw new Error('no port');
  const { port } = address;
  await new Promise((resolve) => server.close(resolve));
  return port;
}

export function card(who: string) {
  return [
    { type: 'header' as const, text: { type: 'plain_text' as const, text: 'Offboarding OFF-1' } },
    { type: 'section' as const, text: { type: 'mrkdwn' as const, text: `*Leaver* ${who}` } },
    {
      type: 'actions' as const,
      block_id: 'ex:1:v1',
      elements: [
        {
          type: 'button' as const,
          action_id: 'offboarding.approve',
          text: { type: 'plain_text' as const, text: 'Approve…' },
          style: 'primary' as const,
          value: 'opaque-1',
          confirm: {
            title: { type: 'plain_text' as const, text: 'Approve?' },
            text: { type: 'plain_text' as const, text: 'Every access is suspended now.' },
            confirm: { type: 'plain_text' as const, text: 'Approve' },
            deny: { type: 'plain_text' as const, text: 'Not yet' },
          },
        },
        {
          type: 'button' as const,
          action_id: 'offboarding.reject',
          text: { type: 'plain_text' as const, text: 'Reject…' },
          style: 'danger' as const,
        },
        {
          type: 'overflow' as const,
          action_id: 'offboarding.more',
          options: [
            { text: { type: 'plain_text' as const, text: 'Hold' }, value: 'hold' },
            { text: { type: 'plain_text' as const, text: 'Evidence' }, value: 'evidence' },
          ],
        },
      ],
    },
  ];
}

export function form(label: string) {
  return {
    type: 'modal' as const,
    callback_id: 'offboarding.reason',
    title: { type: 'plain_text' as const, text: 'Reason' },
    submit: { type: 'plain_text' as const, text: 'Send' },
    private_metadata: 'opaque',
    blocks: [
      {
        type: 'input' as const,
        block_id: 'reason',
        label: { type: 'plain_text' as const, text: label },
        element: { type: 'plain_text_input' as const, action_id: 'text', max_length: 100 },
      },
      {
        type: 'input' as const,
        block_id: 'successor',
        optional: true,
        label: { type: 'plain_text' as const, text: 'Successor' },
        element: { type: 'users_select' as const, action_id: 'user' },
      },
    ],
  };
}
