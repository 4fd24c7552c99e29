import type { AuditEvent } from '#model/audit-event.ts';
import type { Account, Observation } from '#model/account.ts';
import type { Identity } from '#model/identity.ts';
import type { CaseState } from '#model/offboarding.ts';
import type { Plan, Step } from '#model/plan.ts';
import type { CaseStore } from './case-store.ts';
import { runningSteps, type StepResult } from './case-steps.ts';
import type { Connector } from './connectors/connector.ts';
import { perform } from './perform.ts';
import { additions, makePlan } from './plan.ts';
import { rules } from './stages.ts';
import { survey } from './survey.ts';
import type { Trail } from './trail.ts';
import { snapshotFor } from './undo.ts';

export interface WaveDeps {
  readonly cases: CaseStore;
  readonly trail: Trail;
  readonly connectors: ReadonlyMap<string, Connector>;
  identity(id: string): Promise<Identity | undefined>;
  retentionDays(): number;
  policyVersion(): string;
  changed(caseId: string): void;
  now(): Date;
  log(message: string, data: Record<string, unknown>): void;
}

export interface WaveResult {
  readonly results: Readonly<Record<string, StepResult>>;
  /** The plan made anew, where it would do more than was approved; then nothing was done. */
  readonly plan?: Plan | undefined;
}

/** Makes the plan of a case from what the target systems show now. Looks; changes nothing. */
export async function lookAndPlan(deps: WaveDeps, caseId: string, signal: AbortSignal): Promise<Plan> {
  const offboarding = await deps.cases.read(caseId);
  if (!offboarding) throw new Error(`case ${caseId}: not in the store`);
  const known = accountsOf(offboarding.state.plan.steps);
  return (await lookAround(deps, offboarding.subjectId, known, signal)).plan;
}

/**
 * Runs the steps of one wave side by side; those of one account in order. A step that this wave already finished before a
 * crash is not done again. Throws only when `signal` ends the attempt or the store fails; the durable engine then calls again.
 */
export async function runWave(
  deps: WaveDeps,
  input: { caseId: string; wave: number; stepIds: readonly string[]; verifyPlan: boolean },
  signal: AbortSignal,
): Promise<WaveResult> {
  const { caseId, wave } = input;
  const [offboarding, finished, begun] = await Promise.all([
    deps.cases.read(caseId),
    deps.trail.finished(caseId, wave),
    deps.trail.begun(caseId, wave),
  ]);
  if (!offboarding) throw new Error(`case ${caseId}: not in the store`);
  const { state } = offboarding;
  const mine = new Set(runningSteps(state, wave));
  const results: Record<string, StepResult> = {};
  for (const event of finished) if (event.stepId) results[event.stepId] = resultOf(event);
  const steps = [...state.plan.steps, ...state.undoSteps].filter(({ id }) => mine.has(id) && !(id in results));

  const looks = new Map<string, Observation>();
  if (state.phase !== 'undoing' && finished.length === 0 && begun.length === 0) {
    // The first wave asks everybody; a later one only those it acts on, which may have been down when the others were asked.
    const concerned = new Set(steps.map(({ account }) => account.connector));
    const asked = [...deps.connectors.values()].filter(({ id }) => input.verifyPlan || concerned.has(id));
    const known = accountsOf(state.plan.steps).filter(({ connector }) => input.verifyPlan || concerned.has(connector));
    const { plan, seen } = await lookAround(deps, offboarding.subjectId, known, signal, asked);
    if (additions(state.plan, plan).length > 0) {
      const others = state.plan.unknown.filter(({ connector }) => !asked.some(({ id }) => id === connector));
      return { results: {}, plan: { ...plan, unknown: [...plan.unknown, ...others] } };
    }
    for (const [key, observation] of seen) looks.set(key, observation);
  }

  const cutOff = new Map(begun.flatMap(({ stepId, before }) => (stepId && before ? [[stepId, before] as const] : [])));
  const run = { deps, caseId, wave, state, signal, looks, cutOff, stopped: stopWatch(deps, caseId, state) };
  const chains = Map.groupBy(steps, ({ account }) => keyOf(account));
  const done = await Promise.all([...chains.values()].map((chain) => runChain(run, chain)));
  return { results: Object.assign(results, ...done) };
}

interface Run {
  readonly deps: WaveDeps;
  readonly caseId: string;
  readonly wave: number;
  readonly state: CaseState;
  readonly signal: AbortSignal;
  /** What was read when the plan was made anew, so that it is not read twice. */
  readonly looks: ReadonlyMap<string, Observation>;
  /** What was seen before the acts that an earlier attempt at this wave began and did not bring to an end. */
  readonly cutOff: ReadonlyMap<string, Observation>;
  /** Whether the case was cancelled while this wave ran: what has not begun does not begin. */
  stopped(): Promise<boolean>;
}

/** From mild to grave; giving back, first the account and then what it held. */
const order = Object.keys(rules);

async function runChain(run: Run, chain: readonly Step[]): Promise<Record<string, StepResult>> {
  const results: Record<string, StepResult> = {};
  const inOrder = chain.toSorted((a, b) => order.indexOf(a.operation) - order.indexOf(b.operation));
  let before = run.looks.get(keyOf(inOrder[0]!.account));
  for (const step of inOrder) {
    const begins = !run.cutOff.has(step.id);
    const result =
      begins && (await run.stopped()) ? ({ outcome: 'skipped' } as const) : await runStep(run, step, before);
    results[step.id] = result;
    // The last look of one step is the first of the next: nothing happened between them.
    before = result.outcome === 'changed' || result.outcome === 'unchanged' ? result.after : undefined;
  }
  return results;
}

/** Asked before each act; all that ask within a moment share one read. */
function stopWatch({ cases }: WaveDeps, caseId: string, state: CaseState): () => Promise<boolean> {
  if (state.phase === 'undoing') return async () => false;
  let read: Promise<boolean> | undefined;
  let readAt = -Infinity;
  return () => {
    if (!read || performance.now() - readAt > stopReadsEveryMs) {
      readAt = performance.now();
      read = cases.read(caseId).then((now) => now === undefined || now.state.phase === 'cancelling');
    }
    return read;
  };
}

const stopReadsEveryMs = 50;

async function runStep(run: Run, step: Step, before: Observation | undefined): Promise<StepResult> {
  const { deps, caseId, wave, state, signal } = run;
  const connector = deps.connectors.get(step.account.connector);
  const ended: StepResult = connector
    ? await perform({
        connector,
        step,
        before,
        snapshot: snapshotFor(state, step),
        since: state.startedAt ?? deps.now().toISOString(),
        signal,
        acting: (seen) => deps.trail.append(line(run, step, 'acting', { before: seen })),
        unexpected: (error) =>
          deps.log('a step met an unexpected error', { caseId, stepId: step.id, error: described(error) }),
      })
    : {
        outcome: 'handedOver',
        because: `${step.account.connector}: this connector is no longer in the settings. Put it back, or do the step by hand.`,
      };
  const result = continued(ended, run.cutOff.get(step.id));
  await deps.trail.append(line(run, step, 'stepFinished', endOf(result, wave)));
  deps.changed(caseId);
  return result;
}

/** The end of an act that was cut off after it was begun: what was seen before it then is what undo goes back to. */
function continued(result: StepResult, before: Observation | undefined): StepResult {
  if (!before || result.outcome === 'skipped') return result;
  return result.outcome === 'unchanged' ? { ...result, outcome: 'changed', before } : { ...result, before };
}

function line(
  { caseId, wave, deps }: Run,
  step: Step,
  kind: 'acting' | 'stepFinished',
  more: Pick<AuditEvent, 'before'> & Partial<Pick<AuditEvent, 'after' | 'detail'>>,
): AuditEvent {
  return {
    id: `${caseId}:w${wave}:${step.id}:${kind}`,
    caseId,
    at: deps.now().toISOString(),
    actor: { kind: 'system', id: 'engine' },
    kind,
    stepId: step.id,
    detail: { wave },
    ...more,
  };
}

function endOf(
  result: StepResult,
  wave: number,
): Pick<AuditEvent, 'before' | 'after'> & { detail: AuditEvent['detail'] } {
  if (result.outcome === 'skipped') return { detail: { wave, outcome: 'skipped' } };
  return {
    ...(result.before ? { before: result.before } : {}),
    ...('after' in result ? { after: result.after } : {}),
    detail: {
      wave,
      outcome: result.outcome,
      ...(result.because ? { because: result.because } : {}),
      ...('retryAfterMs' in result && result.retryAfterMs !== undefined ? { retryAfterMs: result.retryAfterMs } : {}),
    },
  };
}

/** The result that an earlier attempt at this wave wrote down before it was cut off. */
export function resultOf(event: AuditEvent): StepResult {
  const { before, after, detail } = event;
  const because = typeof detail['because'] === 'string' ? detail['because'] : '';
  const { outcome, retryAfterMs } = detail;
  if ((outcome === 'changed' || outcome === 'unchanged' || outcome === 'unproven') && before && after)
    return { outcome, before, after, ...(because ? { because } : {}) };
  if (outcome === 'unavailable')
    return { outcome, because, before, retryAfterMs: typeof retryAfterMs === 'number' ? retryAfterMs : undefined };
  if (outcome === 'handedOver') return { outcome, because, before };
  if (outcome === 'skipped') return { outcome };
  throw new Error(`audit event ${event.id}: not a result of a step`);
}

async function lookAround(
  deps: WaveDeps,
  subjectId: string,
  known: readonly Account[],
  signal: AbortSignal,
  asked: readonly Connector[] = [...deps.connectors.values()],
): Promise<{ plan: Plan; seen: Map<string, Observation> }> {
  const subject = await deps.identity(subjectId);
  if (!subject) throw new Error(`identity ${subjectId}: not in the store`);
  const { found, unknown } = await survey(asked, subject, known, signal, (connector, error) =>
    deps.log('a look met an unexpected error', { connector, error: described(error) }),
  );
  const plan = makePlan({
    subjectId,
    found,
    unknown,
    retentionDays: deps.retentionDays(),
    policyVersion: deps.policyVersion(),
  });
  return { plan, seen: new Map(found.map(({ account, seen }) => [keyOf(account), seen])) };
}

function accountsOf(steps: readonly Step[]): Account[] {
  return [...new Map(steps.map(({ account }) => [keyOf(account), account])).values()];
}

function keyOf(account: Account): string {
  return `${account.connector}:${account.id}`;
}

/** For the log: what kind of error and where, but not its text, which may hold what a target system sent. */
function described(error: unknown): string {
  return error instanceof Error
    ? `${error.name} at ${error.stack?.split('\n')[1]?.trim() ?? 'unknown place'}`
    : typeof error;
}
