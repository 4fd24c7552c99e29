import { WebClient } from '@slack/web-api';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { z } from 'zod';
import { openKeep } from '#local/company/keep.ts';
import type { SlackDouble } from '#local/slack/slack.ts';
import { faultsOfCalls, slackMethods } from './judge.ts';
import { botToken, card, dana, form, hugo, openTestSlack, selma } from './small-app.ts';

const Answer = z.looseObject({ ok: z.boolean(), error: z.string().default('') });

let slack: SlackDouble;
let now: number;

beforeEach(async () => {
  now = Date.now();
  slack = await openTestSlack({ now: () => now });
});
afterEach(() => slack.close());

function clientOf(token = botToken) {
  return new WebClient(token, { slackApiUrl: slack.apiUrl, retryConfig: { retries: 0 }, rejectRateLimitedCalls: true });
}
/** Calls past the client's types, for what a careful client would not send. */
async function raw(method: string, args: Record<string, string>, token = botToken) {
  const response = await fetch(`${slack.apiUrl}${method}`, {
    method: 'POST',
    headers: { authorization: `Bearer ${token}` },
    body: new URLSearchParams(args),
  });
  return Answer.parse(await response.json());
}

describe('the Slack double', () => {
  it('knows its bot and shows the scopes of the token', async () => {
    expect(await clientOf().auth.test()).toMatchObject({
      team_id: 'T0BRIGHT01',
      bot_id: 'B0EXEUNT01',
      response_metadata: { scopes: ['chat:write', 'commands'] },
    });
  });

  it.each([
    ['auth.test', {}, 'xoxb-forged', 'invalid_auth'],
    ['nonsense.method', {}, botToken, 'unknown_method'],
    ['users.info', { user: 'U0NOBODY' }, botToken, 'user_not_found'],
    ['users.lookupByEmail', { email: 'nobody@brightwater.example' }, botToken, 'users_not_found'],
    ['chat.postMessage', { channel: 'C0NOWHERE', text: 'x' }, botToken, 'channel_not_found'],
    ['chat.postMessage', { channel: 'C0GENERAL1', text: 'x' }, botToken, 'not_in_channel'],
    ['chat.postMessage', { channel: 'C0SECRET01', text: 'x' }, botToken, 'channel_not_found'],
    ['chat.postMessage', { channel: 'C0OFFBOARD' }, botToken, 'no_text'],
    ['chat.postMessage', { channel: 'C0OFFBOARD', blocks: '[{]' }, botToken, 'invalid_arguments'],
    ['chat.postMessage', { channel: 'C0OFFBOARD', text: 'x', thread_ts: '1.2' }, botToken, 'thread_not_found'],
    ['chat.postEphemeral', { channel: 'C0OFFBOARD', user: dana.id, text: 'x' }, botToken, 'user_not_in_channel'],
    ['chat.update', { channel: 'C0OFFBOARD', ts: '1.2', text: 'x' }, botToken, 'message_not_found'],
    ['chat.update', { channel: hugo.id, ts: '1.2', text: 'x' }, botToken, 'channel_not_found'],
    ['conversations.members', { channel: 'C0SECRET01' }, botToken, 'channel_not_found'],
    ['conversations.open', { users: 'U0NOBODY' }, botToken, 'user_not_found'],
    ['views.open', { trigger_id: 'forged', view: JSON.stringify(form('?')) }, botToken, 'invalid_trigger_id'],
    ['views.update', { view_id: 'V0NOTHING', view: JSON.stringify(form('?')) }, botToken, 'not_found'],
    ['views.publish', { user_id: 'U0NOBODY', view: '{"type":"home","blocks":[]}' }, botToken, 'user_not_found'],
    ['files.completeUploadExternal', { files: '[{"id":"F0NOTHING"}]' }, botToken, 'file_not_found'],
  ])('refuses %s %j as Slack does', async (method, args, token, error) => {
    expect(await raw(method, args, token)).toMatchObject({ ok: false, error });
  });

  it('posts to a member by id, and wants the conversation to change the message', async () => {
    const client = clientOf();

    const posted = await client.chat.postMessage({ channel: hugo.id, text: 'one', blocks: card('one') });
    await client.chat.update({ channel: posted.channel ?? '', ts: posted.ts ?? '', text: 'two' });

    expect(posted.channel).toBe('D00001004');
    // Blocks that are not sent again stay, as in Slack.
    expect(slack.workspace.messagesIn('D00001004')).toMatchObject([{ text: 'two', blocks: [{}, {}, {}] }]);
  });

  it('lets a trigger open one view, within three seconds', async () => {
    const client = clientOf();
    const open = (trigger_id: string) => client.views.open({ trigger_id, view: form('?') });
    const [fresh, old] = [slack.workspace.makeTrigger(hugo.id), slack.workspace.makeTrigger(hugo.id)];

    await open(fresh);
    await expect(open(fresh)).rejects.toMatchObject({ data: { error: 'exchanged_trigger_id' } });
    now += 3001;
    await expect(open(old)).rejects.toMatchObject({ data: { error: 'expired_trigger_id' } });
  });

  it('refuses to change a view that has changed since', async () => {
    const client = clientOf();
    const { view } = await client.views.open({ trigger_id: slack.workspace.makeTrigger(hugo.id), view: form('one') });
    const update = () => client.views.update({ view_id: view?.id ?? '', hash: view?.hash ?? '', view: form('two') });

    await update();

    await expect(update()).rejects.toMatchObject({ data: { error: 'hash_conflict' } });
  });

  it('stacks three views and not a fourth', async () => {
    const client = clientOf();
    const first = await client.views.open({ trigger_id: slack.workspace.makeTrigger(hugo.id), view: form('1') });
    const push = (on: string | undefined) =>
      client.views.push({ trigger_id: slack.workspace.makeTrigger(hugo.id, on), view: form('next') });
    const second = await push(first.view?.id);
    const third = await push(second.view?.id);

    await expect(push(third.view?.id)).rejects.toMatchObject({ data: { error: 'push_limit_reached' } });
    expect(slack.workspace.topView(hugo.id)?.id).toBe(third.view?.id);
  });

  it('takes a file in three calls and shows it where it was shared', async () => {
    const client = clientOf();

    await client.filesUploadV2({ channel_id: 'C0OFFBOARD', filename: 'evidence.json', file: Buffer.from('{"a":1}') });

    const [message] = slack.workspace.messagesIn('C0OFFBOARD');
    const file = slack.workspace.file(message?.fileIds?.[0] ?? '');
    expect(file).toMatchObject({ name: 'evidence.json', length: 7, shared: true });
    expect(Buffer.from(file?.content ?? '', 'base64').toString()).toBe('{"a":1}');
  });

  it('answers a response_url five times', async () => {
    const url = slack.responseUrl({ userId: hugo.id, channel: 'C0OFFBOARD' });
    const use = async () => (await fetch(url, { method: 'POST', body: JSON.stringify({ text: 'yes' }) })).status;

    const statuses = [await use(), await use(), await use(), await use(), await use(), await use()];

    expect(statuses).toEqual([200, 200, 200, 200, 200, 404]);
    expect(slack.workspace.messagesIn('C0OFFBOARD').map(({ visibleTo }) => visibleTo)).toEqual(Array(5).fill(hugo.id));
  });

  it('forgets a response_url after half an hour', async () => {
    const url = slack.responseUrl({ userId: hugo.id, channel: 'C0OFFBOARD' });

    now += 1_800_001;

    expect((await fetch(url, { method: 'POST', body: '{"text":"late"}' })).status).toBe(404);
  });

  it('meets the faults that the dial holds, and no others', async () => {
    const client = clientOf();
    const post = (text: string) => client.chat.postMessage({ channel: 'C0OFFBOARD', text });

    slack.faults.next({ kind: 'rateLimited', retryAfterSeconds: 7 }, { method: 'chat.postMessage' });
    await client.auth.test();
    await expect(post('limited')).rejects.toMatchObject({ retryAfter: 7 });
    slack.faults.next({ kind: 'serverError' });
    await expect(post('broken')).rejects.toMatchObject({ statusCode: 500 });
    slack.faults.next({ kind: 'refused', error: 'account_inactive' });
    await expect(post('refused')).rejects.toMatchObject({ data: { error: 'account_inactive' } });
    slack.faults.next({ kind: 'lostAnswer' });
    await expect(post('lost')).rejects.toThrow(/fetch failed/);
    await post('fine');

    expect(slack.workspace.messagesIn('C0OFFBOARD').map(({ text }) => text)).toEqual(['lost', 'fine']);
  });

  it('knows again what it knew when it is opened with the same keep', async () => {
    const folder = await mkdtemp(join(tmpdir(), 'slack-double-'));
    const first = await openTestSlack({ keep: openKeep(join(folder, 'keep')) });
    const client = new WebClient(botToken, { slackApiUrl: first.apiUrl });
    const { ts } = await client.chat.postMessage({ channel: 'C0OFFBOARD', text: 'kept', blocks: card('kept') });
    await client.views.open({ trigger_id: first.workspace.makeTrigger(hugo.id), view: form('kept') });
    await client.views.publish({ user_id: selma.id, view: { type: 'home', blocks: [{ type: 'divider' }] } });
    first.workspace.setMember({ ...dana, deleted: true });
    // The keep is never closed, as in a process that is killed.
    await first.close();

    const second = await openTestSlack({ keep: openKeep(join(folder, 'keep')) });
    const { workspace } = second;

    expect(workspace.message('C0OFFBOARD', ts ?? '')).toMatchObject({ text: 'kept', blocks: [{}, {}, {}] });
    expect(workspace.topView(hugo.id)?.view).toMatchObject({ callback_id: 'offboarding.reason' });
    expect(workspace.home(selma.id)?.view).toMatchObject({ blocks: [{ type: 'divider' }] });
    expect(workspace.member(dana.id)?.deleted).toBe(true);
    expect(Number(workspace.post({ channel: 'C0OFFBOARD', user: 'U', text: 'next' }).ts)).toBeGreaterThan(Number(ts));
    await second.close();
    await rm(folder, { recursive: true });
  });

  it("agrees with Slack's description of its methods", async ({ skip }) => {
    const description = slackMethods() ?? skip();
    const client = clientOf();
    await client.auth.test();
    await client.users.info({ user: hugo.id });
    await client.users.list({ limit: 2 });
    await client.users.lookupByEmail({ email: dana.email });

    expect(faultsOfCalls(slack.calls, description)).toEqual([]);
    const strange: string[] = [];
    for (const [method, { required, errors }] of Object.entries(description)) {
      const { error } = await raw(method, {});
      // Methods that this double does not play are refused as unknown, never answered by chance.
      const known = ['unknown_method', 'invalid_arguments', ...errors].includes(error);
      if (required.length > 0 && !known) strange.push(`${method}: ${error}`);
    }
    expect(strange).toEqual([]);
  });
});
