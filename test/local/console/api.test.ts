import { request } from 'node:http';
import { describe, expect, it } from 'vitest';
import { z } from 'zod';
import { memoryKeep } from '#local/company/keep.ts';
import { dana, hugo } from '../slack/small-app.ts';
import { openTestWorld, token } from './world.ts';

const Seen = z.object({
  messages: z.array(z.looseObject({ ts: z.string(), channel: z.string(), text: z.string(), onlyYou: z.boolean() })),
  view: z.object({ id: z.string(), title: z.string() }).nullable(),
});

/** A request with headers that `fetch` does not let one forge. */
function forged(origin: string, headers: Record<string, string>): Promise<number> {
  return new Promise((resolve, reject) => {
    request(`${origin}/api/people?token=${token}`, { headers }, (response) => {
      response.resume();
      resolve(response.statusCode ?? 0);
    })
      .on('error', reject)
      .end();
  });
}

describe('the console lets in', () => {
  it('whoever has the token, in the address or as a bearer', async () => {
    await using world = await openTestWorld();

    const statuses = [
      (await world.get(`/api/people?token=${token}`, {})).status,
      (await world.get('/api/people')).status,
      (await fetch(world.url)).status,
    ];

    expect(statuses).toEqual([200, 200, 200]);
  });

  it('nobody else', async () => {
    await using world = await openTestWorld();

    const statuses = [
      (await world.get('/api/people', {})).status,
      (await world.get('/api/people?token=wrong', {})).status,
      (await world.get('/api/people', { authorization: 'Bearer wrong' })).status,
      (await world.get('/', {})).status,
      (await world.get('/api/stream', {})).status,
    ];

    expect(statuses).toEqual([401, 401, 401, 401, 401]);
  });

  it('no foreign host, no foreign page', async () => {
    await using world = await openTestWorld();
    const { host } = new URL(world.origin);

    expect(await forged(world.origin, { host: 'rebound.example' })).toBe(403);
    expect(await forged(world.origin, { host: `127.0.0.1.rebound.example:1` })).toBe(403);
    expect(await forged(world.origin, { host, origin: 'http://evil.example' })).toBe(403);
    expect(await forged(world.origin, { host, origin: 'null' })).toBe(403);
    expect(await forged(world.origin, { host, origin: `http://${host}` })).toBe(200);
  });

  it('nothing that is no JSON, and nothing large', async () => {
    await using world = await openTestWorld();
    const send = async (body: string, type: string) => {
      const headers = { authorization: `Bearer ${token}`, 'content-type': type };
      return (await fetch(`${world.origin}/api/say`, { method: 'POST', headers, body })).status;
    };

    expect(await send('{}', 'text/plain')).toBe(415);
    expect(await send('{', 'application/json')).toBe(400);
    expect(await send('{}', 'application/json')).toBe(400);
    expect(await send(JSON.stringify({ text: 'x'.repeat(70_000) }), 'application/json')).toBe(413);
  });

  it('no path outside the page', async () => {
    await using world = await openTestWorld();

    expect((await world.get('/../console.ts')).status).toBe(404);
    expect((await world.get('/%2e%2e/console.ts')).status).toBe(404);
    expect((await world.get('/__proto__')).status).toBe(404);
  });
});

describe('the console', () => {
  it('finds people by id, Slack id, address, handle and name, and names the nearest', async () => {
    await using world = await openTestWorld();
    const say = (as: string) => world.post('/api/say', { as, text: '/offboard help' });

    for (const as of ['1010', 'U00001010', 'Dana.Reyes@brightwater.example', '@dana.reyes', 'dana reyes'])
      expect({ as, ...(await say(as)) }).toMatchObject({ as, status: 200, answer: { as: '1010' } });
    expect(await say('Dana Reyse')).toMatchObject({
      status: 404,
      answer: { error: 'unknown_person', say: expect.stringMatching(/Did you mean Dana Reyes \(1010\)/) },
    });
    expect(await say('Alex Kim')).toMatchObject({ status: 409, answer: { say: expect.stringMatching(/1018.+1019/) } });
  });

  it('carries a case from command to card to form to answer', async () => {
    await using world = await openTestWorld();

    const said = await world.post('/api/say', {
      as: 'Hugo Marchetti',
      text: '/offboard @Dana Reyes',
      channel: '#offboarding',
    });
    const [card] = Seen.parse(said.answer).messages;
    const pressed = await world.post('/api/press', {
      as: '1005',
      channel: 'offboarding',
      ts: card?.ts,
      actionId: 'offboarding.reject',
    });
    const viewId = Seen.parse(pressed.answer).view?.id;
    const submit = (text: string) => world.post('/api/submit', { as: '1005', viewId, values: { reason: { text } } });
    const refused = await submit('no');
    const sent = await submit('she stays');

    expect(said.answer).toMatchObject({
      messages: [
        {
          onlyYou: false,
          buttons: [
            { actionId: 'offboarding.approve', blockId: 'ex:1:v1', text: 'Approve…', style: 'primary', confirm: {} },
            { actionId: 'offboarding.reject', style: 'danger' },
            { actionId: 'offboarding.more', type: 'overflow', options: [{}, {}] },
          ],
        },
        { text: 'Begun.', onlyYou: true },
      ],
    });
    expect(pressed.answer).toMatchObject({
      view: { title: 'Reason', fields: [{ label: 'Why not?' }, { optional: true }] },
    });
    expect(refused).toMatchObject({ status: 200, answer: { errors: { reason: 'Say more.' }, view: { id: viewId } } });
    expect(sent).toMatchObject({ answer: { view: null, messages: [{ text: 'Because: she stays' }] } });
  });

  it('shows a private message to its one reader, and a channel to its members', async () => {
    await using world = await openTestWorld();
    await world.post('/api/say', { as: hugo.id, text: '/offboard ana', channel: 'offboarding' });
    const texts = async (as: string, channel: string) => {
      const response = await world.get(`/api/messages?as=${as}&channel=${channel}`);
      const answer = await response.json();
      return response.ok ? Seen.parse(answer).messages.map(({ text }) => text) : response.status;
    };

    expect(await texts('1004', 'offboarding')).toEqual(['Offboarding of ana', 'Begun.']);
    expect(await texts('1005', 'offboarding')).toEqual(['Offboarding of ana']);
    expect(await texts('1010', 'offboarding')).toBe(404);
    expect(await texts('1010', 'D00001004')).toBe(404);
  });

  it('gives a shared file to those who see it', async () => {
    await using world = await openTestWorld();
    await world.app.client.filesUploadV2({ channel_id: 'C0OFFBOARD', filename: 'proof.json', file: Buffer.from('{}') });
    const id = world.slack.workspace.messagesIn('C0OFFBOARD')[0]?.fileIds?.[0] ?? '';

    const [member, stranger] = [
      await world.get(`/api/file?as=1004&id=${id}`),
      await world.get(`/api/file?as=1010&id=${id}`),
    ];

    expect(await member.text()).toBe('{}');
    expect(member.headers.get('content-disposition')).toMatch(/^attachment/);
    expect(stranger.status).toBe(404);
  });

  it('says what to do when it cannot do what it is asked', async () => {
    await using world = await openTestWorld();
    world.slack.workspace.setMember({ ...dana, deleted: true });

    expect(await world.post('/api/say', { as: '1004', text: 'hello' })).toMatchObject({
      status: 409,
      answer: { error: 'unknown_command', say: 'Nothing was sent. Say one of: /offboard.' },
    });
    expect(await world.post('/api/say', { as: '1010', text: '/offboard' })).toMatchObject({
      answer: { error: 'account_inactive' },
    });
    expect(
      await world.post('/api/press', { as: '1004', channel: 'offboarding', ts: '1764038400.000100', actionId: 'x' }),
    ).toMatchObject({ status: 404, answer: { error: 'message_not_found' } });
    expect(await world.post('/api/submit', { as: '1004', viewId: 'V0NOTHING' })).toMatchObject({
      status: 404,
      answer: { error: 'view_not_found' },
    });
    expect(await world.post('/api/nothing', {})).toMatchObject({ status: 404, answer: { error: 'unknown_address' } });
  });

  it('cannot speak to the bot with another secret', async () => {
    await using world = await openTestWorld({ secret: 'forged' });

    const said = await world.post('/api/say', { as: '1004', text: '/offboard ana' });

    expect(said).toMatchObject({ status: 502, answer: { error: 'dispatch_failed' } });
    expect(world.app.heard.texts).toEqual([]);
  });

  it('opens and draws the home tab', async () => {
    await using world = await openTestWorld();

    expect(await world.post('/api/home', { as: '1010' })).toMatchObject({
      answer: { home: { blocks: [{ text: { text: 'Nothing waits for you.' } }] } },
    });
  });

  it('tells an open page of what this person can see, and of nothing else', async () => {
    await using world = await openTestWorld();
    const stream = await fetch(`${world.origin}/api/stream?token=${token}&as=1010`, {
      signal: AbortSignal.timeout(5000),
    });

    await world.app.client.chat.postMessage({ channel: 'C0OFFBOARD', text: 'not for Dana' });
    await world.app.client.chat.postMessage({ channel: dana.id, text: 'for Dana' });

    let heard = '';
    for await (const chunk of stream.body ?? []) {
      heard += Buffer.from(chunk).toString('utf8');
      if (heard.includes('D00001010')) break;
    }
    expect(heard).toContain('event: changed');
    expect(heard).not.toContain('C0OFFBOARD');
  });

  it('carries on after a restart: an old card still works', async () => {
    const keep = memoryKeep();
    const before = await openTestWorld({ keep });
    const said = await before.post('/api/say', { as: '1004', text: '/offboard ana', channel: 'offboarding' });
    await before[Symbol.asyncDispose]();
    await using world = await openTestWorld({ keep });

    const ts = Seen.parse(said.answer).messages[0]?.ts;
    const pressed = await world.post('/api/press', {
      as: '1005',
      channel: 'C0OFFBOARD',
      ts,
      actionId: 'offboarding.approve',
    });

    expect(pressed).toMatchObject({ answer: { messages: [{ ts, text: 'Approved by <@U00001005>' }] } });
  });
});
