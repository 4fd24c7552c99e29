import { setTimeout as sleep } from 'node:timers/promises';
import type { Observation } from '#model/account.ts';
import type { Step } from '#model/plan.ts';
import type { StepResult } from './case-steps.ts';
import type { Connector } from './connectors/connector.ts';
import { isExpected, Unavailable } from './connectors/errors.ts';
import { rules } from './stages.ts';

export interface Attempt {
  readonly connector: Connector;
  readonly step: Step;
  /** A look taken a moment ago, so that the same thing is not read twice. */
  readonly before?: Observation | undefined;
  /** What a giving-back step goes back to. */
  readonly snapshot?: Observation | undefined;
  /** When this case was allowed to act, ISO 8601. */
  readonly since: string;
  readonly signal: AbortSignal;
  /** Called, and waited for, after the first look and before the act: the trail knows of an act before it can happen. */
  acting(before: Observation): Promise<void>;
  /** A bug, not an outcome of the target system: for the log. */
  unexpected(error: unknown): void;
}

/** No call of a connector may take longer, in milliseconds. */
const callLimitMs = 60_000;
const defaultSettleMs = 5_000;

/**
 * Observe, act if there is anything to do, observe. Only the last look can make a step proven; an answer of the act never
 * can. Throws only when `signal` ends the attempt or `acting` does; everything else is a result.
 */
export async function perform(attempt: Attempt): Promise<StepResult> {
  let before = attempt.before;
  try {
    before ??= await look(attempt);
    return await observeActObserve(attempt, before);
  } catch (error) {
    attempt.signal.throwIfAborted();
    // What could not be written down was not begun: whoever called does so again.
    if (error instanceof NotRecorded) throw error.cause;
    const { id } = attempt.connector;
    if (error instanceof Unavailable)
      return { outcome: 'unavailable', because: error.message, retryAfterMs: error.retryAfterMs, before };
    if (isExpected(error)) return { outcome: 'handedOver', because: error.message, before };
    attempt.unexpected(error);
    const because = `${id}: an unexpected error; whether it had an effect is not known. See the log, then try again.`;
    return { outcome: 'handedOver', because, before };
  }
}

class NotRecorded extends Error {
  override readonly name = 'NotRecorded';
}

async function observeActObserve(attempt: Attempt, before: Observation): Promise<StepResult> {
  const { connector, step, since, snapshot } = attempt;
  const { done } = rules[step.operation];
  const context = { since, snapshot };
  if (connector.byHand?.operations.includes(step.operation))
    return { outcome: 'handedOver', because: connector.byHand.howTo, before };
  if (done(before, context)) return { outcome: 'unchanged', before, after: before };

  const act = connector.operations[step.operation];
  if (!act)
    return { outcome: 'handedOver', because: `${connector.id}: has no ${step.operation}. Do it by hand.`, before };
  await attempt.acting(before).catch((cause: unknown) => {
    throw new NotRecorded('the act was not written down, and not begun', { cause });
  });
  await within(attempt, step.operation, (signal) => act({ account: step.account, snapshot, signal }));

  const after = await settled(attempt, (seen) => done(seen, context));
  if (done(after, context)) return { outcome: 'changed', before, after };
  const because = `${connector.id}: said that ${step.operation} was done, but a fresh read does not show it. Look at the account there, then try again.`;
  return { outcome: 'unproven', before, after, because };
}

/** Looks until the goal shows or the target system has had its time to settle. */
async function settled(attempt: Attempt, done: (seen: Observation) => boolean): Promise<Observation> {
  const deadline = performance.now() + (attempt.connector.settleMs ?? defaultSettleMs);
  for (let waitMs = 100; ; waitMs = Math.min(waitMs * 2, 2_000)) {
    const seen = await look(attempt);
    const leftMs = deadline - performance.now();
    if (done(seen) || leftMs <= 0) return seen;
    await sleep(Math.min(waitMs, leftMs), undefined, { signal: attempt.signal });
  }
}

function look(attempt: Attempt): Promise<Observation> {
  return within(attempt, 'observe', (signal) => attempt.connector.observe(attempt.step.account, signal));
}

/** Bounds a call in time, also where the callee does not obey its signal. */
async function within<T>(attempt: Attempt, what: string, call: (signal: AbortSignal) => Promise<T>): Promise<T> {
  return bounded(attempt.connector.id, what, attempt.signal, callLimitMs, call);
}

/**
 * Calls a connector with a limit in milliseconds. Past it `Unavailable` is thrown, also where the connector does not obey
 * its signal; when `signal` aborts first, its reason is thrown.
 */
export async function bounded<T>(
  connectorId: string,
  what: string,
  signal: AbortSignal,
  limitMs: number,
  call: (signal: AbortSignal) => Promise<T>,
): Promise<T> {
  const limit = AbortSignal.timeout(limitMs);
  const both = AbortSignal.any([signal, limit]);
  both.throwIfAborted();
  const { promise: over, reject } = Promise.withResolvers<never>();
  const onAbort = () => reject(both.reason);
  both.addEventListener('abort', onAbort, { once: true });
  try {
    return await Promise.race([call(both), over]);
  } catch (error) {
    signal.throwIfAborted();
    if (limit.aborted)
      throw new Unavailable(`${connectorId}: ${what}: no answer within ${limitMs / 1000} s. It is tried again.`, {
        cause: error,
      });
    throw error;
  } finally {
    both.removeEventListener('abort', onAbort);
  }
}
