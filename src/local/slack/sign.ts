import { createHmac } from 'node:crypto';

export interface Delivery {
  /** Where the app listens, such as `http://127.0.0.1:3000/slack/events`. */
  readonly eventsUrl: string;
  readonly signingSecret: string;
  readonly now: () => number;
}

/** What the app said to a delivery. `body` is the parsed JSON, the text when it is none, `undefined` when empty. */
export interface Acknowledgement {
  readonly status: number;
  readonly body: unknown;
}

/** The app did not acknowledge in time, or not with 200. `error` is Slack's word for it. */
export class NotAcknowledged extends Error {
  override readonly name = 'NotAcknowledged';
  readonly error: 'operation_timeout' | 'dispatch_failed';
  constructor(error: 'operation_timeout' | 'dispatch_failed', message: string, options?: ErrorOptions) {
    super(message, options);
    this.error = error;
  }
}

/**
 * Delivers a form (commands, interactions) or JSON (events) to the app as Slack does: signed with `v0` over time stamp
 * and body, three seconds of patience (docs.slack.dev/authentication/verifying-requests-from-slack).
 */
export async function deliver(
  { eventsUrl, signingSecret, now }: Delivery,
  content: { readonly form: Readonly<Record<string, string>> } | { readonly json: unknown },
): Promise<Acknowledgement> {
  const isForm = 'form' in content;
  const body = isForm ? new URLSearchParams(content.form).toString() : JSON.stringify(content.json);
  const stamp = String(Math.floor(now() / 1000));
  const signature = createHmac('sha256', signingSecret).update(`v0:${stamp}:${body}`).digest('hex');
  let response: Response;
  try {
    response = await fetch(eventsUrl, {
      method: 'POST',
      headers: {
        'content-type': isForm ? 'application/x-www-form-urlencoded' : 'application/json',
        'x-slack-request-timestamp': stamp,
        'x-slack-signature': `v0=${signature}`,
      },
      body,
      redirect: 'error',
      signal: AbortSignal.timeout(3000),
    });
  } catch (cause) {
    const late = cause instanceof Error && cause.name === 'TimeoutError';
    throw late
      ? new NotAcknowledged('operation_timeout', 'The bot did not acknowledge within 3 seconds. Try again.', { cause })
      : new NotAcknowledged('dispatch_failed', 'The bot cannot be reached. See whether it is running.', { cause });
  }
  const text = await response.text();
  if (response.status !== 200)
    throw new NotAcknowledged(
      response.status === 404 ? 'operation_timeout' : 'dispatch_failed',
      `The bot answered ${response.status} and not 200. See its log for the reason.`,
    );
  return { status: response.status, body: parsed(text) };
}

function parsed(text: string): unknown {
  if (text === '') return undefined;
  try {
    return JSON.parse(text) as unknown;
  } catch {
    // An acknowledgement may be plain text; Slack shows it as it is.
    return text;
  }
}
