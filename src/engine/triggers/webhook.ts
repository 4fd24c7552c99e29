import { timingSafeEqual } from 'node:crypto';
import type { IncomingHttpHeaders } from 'node:http';
import { Webhook } from 'standardwebhooks';
import { z } from 'zod';
import type { Secret } from '#model/secret.ts';
import { Unavailable } from '../connectors/errors.ts';
import type { Engine, Opened } from '../engine.ts';

/** Whom the HR system names, and why they leave. One of the two keys is there at least. */
export interface Leaver {
  readonly email?: string | undefined;
  readonly employeeId?: string | undefined;
  readonly reason?: string | undefined;
  /** The id of the message, for the record. */
  readonly source: string;
}

export interface HookAnswer {
  readonly status: number;
  /** Sent as JSON. */
  readonly body: {
    readonly ok: boolean;
    readonly say: string;
    readonly caseId?: string;
    /** Whether a case was opened or joined, where the message was understood. */
    readonly opened?: boolean;
    readonly because?: string;
  };
}

/** Which messages were answered for good. Durable: a sender repeats for days. */
export interface Seen {
  first(id: string): Promise<{ readonly fresh: true } | { readonly fresh: false; readonly answer: HookAnswer }>;
  remember(id: string, answer: HookAnswer): Promise<void>;
}

export interface HookRequest {
  readonly headers: IncomingHttpHeaders;
  /** The bytes as they came: the signature is over them. */
  readonly rawBody: Buffer;
}

export type HrWebhook = (request: HookRequest) => Promise<HookAnswer>;

const longestBody = 64 * 1024;
const toleranceSeconds = 300;
/** Senders give up after 15 seconds or more; an answer in time keeps them from repeating. */
const longestWorkMs = 10_000;

/**
 * `POST /hooks/hr`: a signed message `employee.terminated` opens one case, however often it comes. Signed as the
 * Standard Webhooks specification says (https://www.standardwebhooks.com: headers `webhook-id`, `webhook-timestamp` in
 * seconds, `webhook-signature` with one or several `v1,` signatures). Only answers that repeating cannot change are
 * remembered: an unknown person may be known tomorrow. `now` is in milliseconds. Throws on a secret that is no
 * `whsec_` secret; a request never makes it throw but by a bug.
 */
export function createHrWebhook(deps: {
  readonly secret: Secret;
  readonly open: (leaver: Leaver) => Promise<Opened>;
  readonly seen: Seen;
  readonly now: () => number;
}): HrWebhook {
  const { open, seen, now } = deps;
  const webhook = new Webhook(deps.secret.reveal());
  const underWay = new Map<string, Promise<HookAnswer>>();

  return async ({ headers, rawBody }) => {
    if (rawBody.length > longestBody) return failed(413, 'The message is longer than 64 kB. Nothing was opened.');
    const signed = Signed.safeParse(headers);
    if (!signed.success) return failed(401, missingHeaders);
    const id = signed.data['webhook-id'];
    const fault = signatureFault(webhook, signed.data, rawBody, now());
    if (fault) return failed(401, fault);

    // Two deliveries of one message at the same moment get one answer.
    const answer = underWay.get(id) ?? once(id, rawBody).finally(() => underWay.delete(id));
    underWay.set(id, answer);
    return within(answer);
  };

  async function once(id: string, rawBody: Buffer): Promise<HookAnswer> {
    try {
      const before = await seen.first(id);
      if (!before.fresh) return before.answer;
      const answer = await handle(id, rawBody);
      if (answer.status < 300) await seen.remember(id, answer);
      return answer;
    } catch (error) {
      // Only what passes by itself is worth a repeat; anything else is a bug and stays one.
      if (error instanceof Unavailable) return tryLater;
      throw error;
    }
  }

  async function handle(id: string, rawBody: Buffer): Promise<HookAnswer> {
    const message = parsed(rawBody);
    if (message === undefined) return failed(400, 'The message is no JSON in UTF-8. Nothing was opened.');
    const envelope = Envelope.safeParse(message);
    if (!envelope.success) return failed(400, `${told(envelope.error)} Nothing was opened.`);
    if (envelope.data.type !== 'employee.terminated') return ignored;

    const event = Terminated.safeParse(message);
    if (!event.success) return failed(400, `${told(event.error)} Nothing was opened.`);
    const { effectiveAt, ...leaver } = event.data.data;
    if (effectiveAt && Date.parse(effectiveAt) > now() + toleranceSeconds * 1000) return failed(422, future);
    return answerTo(await open({ ...leaver, source: id }));
  }
}

/**
 * Opens the case of the one person that the message names. Where it names an address and an employee id, they must be
 * of the same person.
 */
export function openLeaver(engine: Pick<Engine, 'open' | 'byEmail' | 'identity'>): (leaver: Leaver) => Promise<Opened> {
  return async ({ email, employeeId, reason, source }) => {
    const [byEmail, byId] = await Promise.all([
      email === undefined ? undefined : engine.byEmail(email),
      employeeId === undefined ? undefined : engine.identity(employeeId),
    ]);
    const identity = byId ?? byEmail;
    if (!identity || (email !== undefined && !byEmail) || (employeeId !== undefined && !byId))
      return { done: false, code: 'unknownPerson', because: unknownPerson };
    if (byEmail && byEmail.id !== identity.id) return { done: false, code: 'ambiguousPerson', because: twoPersons };
    return engine.open({ subjectId: identity.id, requesterId: 'hr', trigger: { kind: 'webhook', source, reason } });
  };
}

function signatureFault(webhook: Webhook, headers: Signed, rawBody: Buffer, nowMs: number): string | undefined {
  const seconds = Number(headers['webhook-timestamp']);
  const age = Math.floor(nowMs / 1000) - seconds;
  if (age > toleranceSeconds) return `The message is older than 5 minutes. ${clock}`;
  if (age < -toleranceSeconds) return `The message is from the future. ${clock}`;

  // The package's `verify` has a clock of its own, so its signature is compared here.
  const own = Buffer.from(webhook.sign(headers['webhook-id'], new Date(seconds * 1000), rawBody));
  const matches = headers['webhook-signature'].split(' ').map((text) => {
    const given = Buffer.from(text);
    return given.length === own.length && timingSafeEqual(given, own);
  });
  return matches.includes(true) ? undefined : foreign;
}

function answerTo(opened: Opened): HookAnswer {
  if (opened.done) return { status: 200, body: { ok: true, opened: true, caseId: opened.caseId, say: opened.say } };
  const { code, because } = opened;
  if (code === 'unavailable') return tryLater;
  if (code === 'unknownPerson' || code === 'ambiguousPerson') return failed(422, because);
  return { status: 200, body: { ok: true, opened: false, because, say: `No case was opened: ${because}` } };
}

/** The answer, or a plea to repeat: the work goes on, and the repeat joins it. */
async function within(answer: Promise<HookAnswer>): Promise<HookAnswer> {
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<HookAnswer>((resolve) => {
    timer = setTimeout(() => resolve(tryLater), longestWorkMs);
  });
  try {
    return await Promise.race([answer, late]);
  } finally {
    clearTimeout(timer);
  }
}

function parsed(rawBody: Buffer): unknown {
  try {
    return JSON.parse(new TextDecoder('utf-8', { fatal: true }).decode(rawBody));
  } catch {
    // Foreign bytes that are no JSON are an answer to the sender, not a failure of ours.
    return undefined;
  }
}

function told(error: z.ZodError): string {
  return error.issues
    .slice(0, 5)
    .map(({ path, message }) => `${path.join('.') || 'message'}: ${message}.`)
    .join(' ');
}

function failed(status: number, say: string): HookAnswer {
  return { status, body: { ok: false, say } };
}

const missingHeaders =
  'The message is not signed: webhook-id, webhook-timestamp and webhook-signature are needed. Nothing was opened.';
const clock = 'Nothing was opened. Check the clocks, and sign each repeat anew.';
const foreign =
  'No signature fits. Nothing was opened. Check that both sides have the same secret and the body is sent as it was signed.';
const future =
  'data.effectiveAt is in the future, and dates in the future cannot be kept yet. Nothing was opened. Send the message when it is due.';
const unknownPerson =
  'Nobody is known by what the message says. Nothing was opened. Check data.email and data.employeeId.';
const twoPersons = 'data.email and data.employeeId are of two persons. Nothing was opened. Send the right pair.';
const tryLater = failed(503, 'This cannot be answered now. Send the message again; it opens no second case.');
const ignored: HookAnswer = {
  status: 202,
  body: { ok: true, opened: false, say: 'Messages of this type are ignored; employee.terminated is not.' },
};

const Signed = z.object({
  'webhook-id': z.string().regex(/^[\w.:-]{1,200}$/),
  'webhook-timestamp': z.string().regex(/^\d{1,11}$/),
  'webhook-signature': z.string().min(1).max(4000),
});
type Signed = z.output<typeof Signed>;

const Envelope = z.object({ type: z.string().min(1).max(200) });

const Terminated = z.object({
  data: z
    .object({
      email: z.email().max(320).toLowerCase().nullish().transform(orUndefined),
      employeeId: z.string().trim().min(1).max(200).nullish().transform(orUndefined),
      reason: z.string().max(2000).nullish().transform(orUndefined),
      /** A moment with its time zone, or a day, which begins at midnight UTC. */
      effectiveAt: z
        .union([z.iso.datetime({ offset: true }), z.iso.date()])
        .nullish()
        .transform(orUndefined),
    })
    .refine(
      ({ email, employeeId }) => email !== undefined || employeeId !== undefined,
      'email or employeeId is needed',
    ),
});

function orUndefined<Value>(value: Value | null | undefined): Value | undefined {
  return value ?? undefined;
}
