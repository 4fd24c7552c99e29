import { createHmac } from 'node:crypto';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { calmDial } from '#local/company/dial.ts';
import type { JournalEntry } from '#local/company/double.ts';
import type { Policy } from '#model/policy.ts';
import { runLocal } from '#src/run-local.ts';
import { z } from 'zod';

const Button = z.object({ actionId: z.string(), blockId: z.string(), text: z.string(), value: z.string().optional() });
const Message = z.object({
  ts: z.string(),
  channel: z.string(),
  text: z.string(),
  blocks: z.array(z.looseObject({ block_id: z.string().optional() })),
  onlyYou: z.boolean(),
  thread: z.string().optional(),
  buttons: z.array(Button),
});
type Message = z.output<typeof Message>;
const View = z.object({ id: z.string(), fields: z.array(z.object({ blockId: z.string(), actionId: z.string() })) });
const Heard = z.object({
  messages: z.array(Message),
  view: View.loose().nullable(),
  errors: z.record(z.string(), z.string()).optional(),
});

/** What a person heard: the words that only they see, all words, and the form that opened. */
export interface Answer {
  readonly told: string;
  readonly messages: readonly Message[];
  readonly view: z.output<typeof View> | undefined;
  /** The words of the form before their eyes. */
  readonly form: string;
}

/** A card, as somebody sees it. */
export interface Card {
  readonly ts: string;
  readonly channel: string;
  readonly words: string;
  readonly buttons: readonly z.output<typeof Button>[];
  readonly blocks: readonly unknown[];
}

/** Short waits and a breaker that stays out of the way, unless a test asks for the policy as it is. */
const quick: Partial<Policy> = {
  retry: { attempts: 4, firstDelayMs: 300, maxDelayMs: 2_000 },
  breaker: { people: 100, percent: 1, windowMinutes: 30, approvals: 2 },
};

/** The whole product in this process, with the emulated company around it, reached as people and vendors reach it. */
export async function openProductWorld(options: { policy?: Partial<Policy>; folder?: string } = {}) {
  const folder = options.folder ?? (await mkdtemp(join(tmpdir(), 'ex-')));
  const logged: string[] = [];
  const log = (message: string, data: unknown = {}) => void logged.push(`${message} ${JSON.stringify(data)}`);
  const running = await runLocal({ folder, port: 0, log, policy: options.policy ?? quick });
  const { company, slack, secrets } = running.world;
  const { origin, searchParams } = new URL(running.page);
  const headers = {
    authorization: `Bearer ${searchParams.get('token') ?? ''}`,
    'content-type': 'application/json',
  };
  const doubles = { okta: company.okta, github: company.gitHub, google: company.google, ledgerly: company.scim };

  async function call(path: string, body?: unknown): Promise<unknown> {
    const response = await fetch(origin + path, {
      headers,
      signal: AbortSignal.timeout(15_000),
      ...(body === undefined ? {} : { method: 'POST', body: JSON.stringify(body) }),
    });
    const answer: unknown = await response.json();
    if (!response.ok) throw new Error(`${path}: ${response.status} ${JSON.stringify(answer)}`);
    return answer;
  }

  async function post(path: string, body: unknown): Promise<Answer> {
    const { messages, view } = Heard.parse(await call(path, body));
    const told = messages.filter(({ onlyYou }) => onlyYou).map(wordsOf);
    return { told: told.join('\n'), messages, view: view ?? undefined, form: view ? wordsOf(view) : '' };
  }

  async function seen(as: string, channel?: string): Promise<readonly Message[]> {
    const where = channel === undefined ? '' : `&channel=${channel}`;
    return z.object({ messages: z.array(Message) }).parse(await call(`/api/messages?as=${as}${where}&limit=1000`))
      .messages;
  }

  /** The newest message in the channel that holds these words and answers nothing. */
  async function cardWith(mark: string, as = '1005'): Promise<Card> {
    const found = (await seen(as, 'offboarding')).findLast(
      (message) => !message.onlyYou && message.thread === undefined && wordsOf(message).includes(mark),
    );
    if (!found) throw new Error(`no card in the channel says: ${mark}`);
    return { ...found, words: wordsOf(found) };
  }
  const card = (caseId: string, as?: string) => cardWith(`Case ${caseId} ·`, as);

  const say = (as: string, text: string, channel = 'offboarding') =>
    post('/api/say', { as, text: `/offboard ${text}`, channel });

  /** Presses a button of a card or a message; on a card that was edited in this moment, the same button of now. */
  async function press(as: string, on: Card | Message, label: string, near?: string): Promise<Answer> {
    for (let tries = 1; ; tries++) {
      const before = await seen(as, on.channel);
      const now = before.find(({ ts }) => ts === on.ts) ?? on;
      const blocks = now.blocks.filter((block) => near === undefined || wordsOf(block).includes(near));
      const ids = new Set(blocks.map((block) => z.looseObject({ block_id: z.string() }).parse(block).block_id));
      const button = now.buttons.find(({ text, blockId }) => text.startsWith(label) && ids.has(blockId));
      if (!button)
        throw new Error(`no button ${label} ${near ?? ''}: ${now.buttons.map(({ text }) => text).join(', ')}`);
      const { actionId, blockId } = button;
      try {
        const answer = await post('/api/press', { as, channel: on.channel, ts: on.ts, actionId, blockId });
        if (answer.told !== '' || answer.view) return answer;
        return await answered(as, on.channel, new Set(before.map(({ ts }) => ts)));
      } catch (error) {
        if (tries === 5 || !String(error).includes('action_not_found')) throw error;
      }
    }
  }

  /** The page waits until what a person sees has come to rest once; an answer that comes after an edited card is waited for. */
  async function answered(as: string, channel: string, before: ReadonlySet<string>): Promise<Answer> {
    const fresh = async () => (await seen(as, channel)).filter(({ onlyYou, ts }) => onlyYou && !before.has(ts));
    await until(async () => (await fresh()).length > 0);
    const messages = await fresh();
    return { told: messages.map(wordsOf).join('\n'), messages, view: undefined, form: '' };
  }

  /** Sends a form to the bot as Slack would sign it, now or as told. */
  async function signed(form: Readonly<Record<string, string>> | string, given: { secret?: string; at?: number } = {}) {
    const { secret = secrets.signingSecret, at = Date.now() } = given;
    const body = typeof form === 'string' ? form : new URLSearchParams(form).toString();
    const stamp = String(Math.floor(at / 1000));
    const signature = `v0=${createHmac('sha256', secret).update(`v0:${stamp}:${body}`).digest('hex')}`;
    const send = async () => {
      const response = await fetch(running.eventsUrl, {
        method: 'POST',
        headers: {
          'content-type': 'application/x-www-form-urlencoded',
          'x-slack-request-timestamp': stamp,
          'x-slack-signature': signature,
        },
        body,
        signal: AbortSignal.timeout(5_000),
      });
      return { status: response.status, text: await response.text() };
    };
    return { send };
  }

  const world = {
    folder,
    running,
    company,
    slack,
    secrets,
    doubles,
    logged,
    call,
    say,
    seen,
    card,
    cardWith,
    press,
    signed,
    /** The open case of a person, begun by Hugo of the People team; resolves when its card asks for a decision. */
    async open(person: string, reason = 'last day'): Promise<string> {
      const caseId = /OFF-\d+/.exec((await say('1004', `${person} ${reason}`)).told)?.[0];
      if (!caseId) throw new Error(`no case was opened for ${person}`);
      await until(async () => (await card(caseId)).words.includes('Waiting for approval'));
      return caseId;
    },
    async approve(caseId: string, as = '1005'): Promise<Answer> {
      return press(as, await card(caseId), 'Approve…');
    },
    /** Gives a person's word for the step that nobody can read. */
    async attest(caseId: string, operation = 'suspend sign-in', as = '1008'): Promise<Answer> {
      const { view } = await press(as, await card(caseId), 'Done by hand…', operation);
      const [field] = view?.fields ?? [];
      if (!view || !field) throw new Error('no form opened');
      const values = { [field.blockId]: { [field.actionId]: 'Blocked badge 4711 at the front desk' } };
      return post('/api/submit', { as, viewId: view.id, values });
    },
    submit: (as: string, viewId: string, values: object) => post('/api/submit', { as, viewId, values }),
    /** The words in the thread under a card. */
    async thread(caseId: string): Promise<string> {
      const { ts } = await card(caseId);
      return (await seen('1005', 'offboarding'))
        .filter(({ thread }) => thread === ts)
        .map(wordsOf)
        .join('\n');
    },
    /** The full plan, as the form behind View plan shows it. */
    async plan(caseId: string, as = '1005'): Promise<string> {
      const { view, form } = await press(as, await card(caseId), 'View plan');
      if (view) await call('/api/close', { as, viewId: view.id });
      return form;
    },
    calm() {
      for (const { dial } of Object.values(doubles)) Object.assign(dial, calmDial());
    },
    async [Symbol.asyncDispose]() {
      await running.close();
      if (options.folder === undefined) await rm(folder, { recursive: true });
    },
  };
  return world;
}

export type ProductWorld = Awaited<ReturnType<typeof openProductWorld>>;

/** Waits for something to become true, at most `limitMs`; a check that throws is a check that is not true yet. */
export async function until(check: () => Promise<boolean> | boolean, limitMs = 45_000): Promise<void> {
  const deadline = performance.now() + limitMs;
  for (;;) {
    let last: unknown = 'it stayed false';
    try {
      if (await check()) return;
    } catch (error) {
      last = error;
    }
    if (performance.now() > deadline) throw new Error(`it did not become true: ${check.toString()}`, { cause: last });
    await new Promise((resolve) => setTimeout(resolve, 60));
  }
}

/** What a double was told to change; questions that are asked by POST are none. */
export function writes({ journal }: { readonly journal: readonly JournalEntry[] }): readonly JournalEntry[] {
  return journal.filter(({ method, url }) => method !== 'GET' && !url.startsWith('/graphql'));
}

/** Every word that somebody sees in a message, a block or a form; control values and ids left out. */
export function wordsOf(part: unknown): string {
  if (Array.isArray(part)) return part.map(wordsOf).filter(Boolean).join('\n');
  if (typeof part !== 'object' || part === null) return '';
  return Object.entries(part)
    .filter(([key]) => ['text', 'blocks', 'elements', 'fields', 'accessory', 'title', 'label', 'element'].includes(key))
    .map(([, value]) => (typeof value === 'string' ? value : wordsOf(value)))
    .filter(Boolean)
    .join('\n');
}
