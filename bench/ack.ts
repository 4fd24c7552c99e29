import { spawn } from 'node:child_process';
import { randomUUID } from 'node:crypto';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { performance } from 'node:perf_hooks';
import { createInterface } from 'node:readline';
import { setTimeout as sleep } from 'node:timers/promises';
import { z } from 'zod';
import { deliver } from '#local/slack/sign.ts';
import { quantile } from './figures.ts';

const perSecond = 100;
const seconds = 10;
const Started = z.object({ page: z.string(), eventsUrl: z.string(), signingSecret: z.string() });
const Messages = z.object({
  messages: z.array(
    z.object({ ts: z.string(), buttons: z.array(z.object({ actionId: z.string(), value: z.string().optional() })) }),
  ),
});

/** Signed clicks on a real card at a steady rate, by somebody who may not decide: each is judged, answered and changes nothing. */
export async function benchAck(): Promise<void> {
  const folder = await mkdtemp(join(tmpdir(), 'exeunt-'));
  const child = spawn(process.execPath, [new URL('product-child.ts', import.meta.url).pathname, folder], {
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  const gone = new Promise<void>((resolve) => child.once('exit', () => resolve()));
  const [line] = await Array.fromAsync(firstLine(child.stdout));
  const { page, eventsUrl, signingSecret } = Started.parse(JSON.parse(line ?? ''));

  const { ts, value } = await openCard(page);
  const press = () =>
    deliver({ eventsUrl, signingSecret, now: Date.now }, { form: { payload: JSON.stringify(payload(ts, value)) } });
  for (let n = 0; n < 50; n++) await press();
  const times: number[] = [];
  const pressed: Promise<void>[] = [];
  const begun = performance.now();
  for (let n = 0; n < perSecond * seconds; n++) {
    const due = begun + (n * 1000) / perSecond;
    if (due > performance.now()) await sleep(due - performance.now());
    const at = performance.now();
    pressed.push(press().then(() => void times.push(performance.now() - at)));
  }
  await Promise.all(pressed);
  child.kill('SIGTERM');
  await gone;
  await rm(folder, { recursive: true, force: true });

  console.log(
    `acknowledgement of signed clicks, ${perSecond} a second for ${seconds} s, ${times.length} of ${perSecond * seconds} acknowledged:`,
  );
  console.log(
    `  p50 ${quantile(times, 0.5).toFixed(1)} ms, p99 ${quantile(times, 0.99).toFixed(1)} ms (goal 100), longest ${quantile(times, 1).toFixed(0)} ms; Slack waits 3,000 ms`,
  );
}

async function* firstLine(stream: NodeJS.ReadableStream): AsyncGenerator<string> {
  for await (const line of createInterface({ input: stream })) return yield line;
}

async function openCard(page: string): Promise<{ ts: string; value: string }> {
  const url = new URL(page);
  const call = async (path: string, body?: unknown): Promise<unknown> => {
    const address = new URL(path, url);
    address.searchParams.set('token', url.searchParams.get('token') ?? '');
    const response = await fetch(
      address,
      body ? { method: 'POST', headers: { 'content-type': 'application/json' }, body: JSON.stringify(body) } : {},
    );
    return response.json();
  };
  await call('/api/say', { as: '1003', text: '/offboard @Dana Reyes' });
  for (let tries = 0; tries < 100; tries++) {
    const { messages } = Messages.parse(await call('/api/messages?as=1005&channel=C0OFFBOARD'));
    for (const message of messages)
      for (const button of message.buttons)
        if (button.actionId === 'exeunt.case.approve' && button.value) return { ts: message.ts, value: button.value };
    await sleep(50);
  }
  throw new Error('no card with an Approve button came');
}

function payload(ts: string, value: string): unknown {
  const team = { id: 'T0BRIGHT01', domain: 'brightwater' };
  return {
    type: 'block_actions',
    team,
    user: { id: 'U00001004', username: 'hugo', team_id: team.id },
    api_app_id: 'A0EXEUNT01',
    token: 'local',
    trigger_id: randomUUID(),
    response_url: '',
    container: { type: 'message', message_ts: ts, channel_id: 'C0OFFBOARD', is_ephemeral: false },
    channel: { id: 'C0OFFBOARD', name: 'offboarding' },
    state: { values: {} },
    actions: [
      { type: 'button', action_id: 'exeunt.case.approve', block_id: 'b', value, action_ts: String(Date.now() / 1000) },
    ],
  };
}
