import { randomBytes } from 'node:crypto';
import { webApi, type App, type CodedError, type Context } from '@slack/bolt';
import type { Gate } from './gate.ts';
import type { Log } from './log.ts';

/** The one place where a failed request ends: the person hears a sentence with a reference, the log the reference with the cause. */
export function answerErrors(app: App, { gate, log }: { gate: Gate; log: Log }): void {
  app.error(async ({ error, context }: { error: CodedError; context: Context }) => {
    const reference = `r-${randomBytes(3).toString('hex')}`;
    log('a request failed', { reference, ...causeOf(error) });
    const reply = gate.admitted(context)?.reply;
    if (!reply) return;
    try {
      await reply.say(sentenceFor(error, reference));
    } catch (second) {
      // Slack takes no answer either: nothing is left but the log.
      log('the failure could not be told to the person', { reference, ...causeOf(second) });
    }
  });
}

function sentenceFor(error: unknown, reference: string): string {
  const cause = rootOf(error);
  if (cause instanceof webApi.WebAPIRateLimitedError)
    return `Slack asks me to slow down, so this could not be finished. If it was to change something, look at the card first, then try again in ${cause.retryAfter} seconds. Reference ${reference}.`;
  if (cause instanceof webApi.SlackError)
    return `Slack did not take what I sent, so this could not be finished. Look at the card, then try again in a minute. Reference ${reference}.`;
  return `Something went wrong here and nothing was changed. Try again in a minute; if it happens again, tell whoever runs this bot the reference ${reference}.`;
}

/** What the log may hold: kinds and codes, and where in our code; never a message, which may carry names. */
function causeOf(error: unknown): Readonly<Record<string, unknown>> {
  const cause = rootOf(error);
  if (!(cause instanceof Error)) return { error: typeof cause };
  const at = cause.stack
    ?.split('\n')
    .filter((line) => line.trimStart().startsWith('at '))
    .slice(0, 4)
    .map((line) => line.trim());
  const code = cause instanceof webApi.WebAPIPlatformError ? { code: cause.data.error } : {};
  return { error: cause.name, ...code, at };
}

/** Bolt wraps what a handler throws; Slack's own errors carry their cause in the same way and are left whole. */
function rootOf(error: unknown): unknown {
  if (error instanceof webApi.SlackError) return error;
  return error instanceof Error && 'original' in error && error.original instanceof Error ? error.original : error;
}
