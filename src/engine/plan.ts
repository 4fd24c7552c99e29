import { createHash } from 'node:crypto';
import canonicalize from 'canonicalize';
import type { Account, Holding, Observation } from '#model/account.ts';
import type { Operation, Plan, Step, Unknown } from '#model/plan.ts';
import type { Connector } from './connectors/connector.ts';
import { rules } from './stages.ts';

/** An account that is proved to be the leaver's, and what its target system shows of it now. */
export interface FoundAccount {
  readonly connector: Pick<Connector, 'id' | 'operations' | 'notes' | 'byHand'>;
  readonly account: Account;
  readonly seen: Observation;
}

/** From mild to grave: the order of the steps of one account. */
const forward = ['suspend', 'revokeSessions', 'revokeTokens', 'removeEntitlements', 'delete'] as const;

/** Identity + accounts + policy → the plan. The same input gives the same plan and the same hash. */
export function makePlan(input: {
  subjectId: string;
  found: readonly FoundAccount[];
  unknown: readonly Unknown[];
  retentionDays: number;
  policyVersion: string;
}): Plan {
  const steps = input.found
    .filter(({ seen }) => seen.status !== 'absent')
    .flatMap(stepsOf)
    .sort((a, b) => (a.id < b.id ? -1 : 1));
  const content = {
    version: 1 as const,
    subjectId: input.subjectId,
    steps,
    unknown: input.unknown.toSorted((a, b) => (a.connector < b.connector ? -1 : 1)),
    retentionDays: input.retentionDays,
  };
  return { ...content, policyVersion: input.policyVersion, hash: hashOf(content) };
}

function stepsOf({ connector, account, seen }: FoundAccount): Step[] {
  return forward
    .filter((operation) => connector.operations[operation] ?? connector.byHand?.operations.includes(operation))
    .map((operation) => {
      const { wave, undo } = rules[operation];
      if (wave === 'undo') throw new Error(`${operation} takes something back and is never planned forward`);
      const note = connector.notes?.[operation];
      return {
        id: stepId(account, operation),
        wave,
        account,
        operation,
        reversible: undo !== 'none' && (undo in connector.operations || !!connector.byHand?.operations.includes(undo)),
        affects: affected(operation, seen),
        ...(connector.operations[operation] ? {} : { manual: true as const }),
        ...(note ? { note } : {}),
      };
    });
}

export function stepId(account: Account, operation: Operation): string {
  return `${account.connector}:${account.id}:${operation}`;
}

function affected(operation: Operation, seen: Observation): Holding[] {
  if (operation === 'revokeTokens') return [...(seen.tokens ?? [])];
  if (operation === 'removeEntitlements') return [...(seen.entitlements ?? [])];
  return [];
}

/**
 * What an approval is bound to: who, which steps on which immutable ids, what they take away, and for how long things
 * are kept. Names and notes may be worded anew without asking again.
 */
function hashOf(plan: Omit<Plan, 'hash' | 'policyVersion'>): string {
  const bound = {
    version: plan.version,
    subjectId: plan.subjectId,
    retentionDays: plan.retentionDays,
    steps: plan.steps.map((step) => ({
      id: step.id,
      wave: step.wave,
      connector: step.account.connector,
      account: step.account.id,
      operation: step.operation,
      affects: step.affects.map(({ id }) => id).toSorted(),
    })),
  };
  return createHash('sha256').update(canonicalize(bound)!).digest('hex');
}

export interface PlanChange {
  /** Undefined where the change is not about one step. */
  readonly stepId?: string;
  readonly what: string;
}

/**
 * What a newly made plan would do that the approved one does not. Empty: the approval stands, also where there is less
 * left to do, because then the steps only find their goal already reached.
 */
export function additions(approved: Plan, now: Plan): PlanChange[] {
  const before = new Map(approved.steps.map((step) => [step.id, step]));
  const changes = now.steps.flatMap((step): PlanChange[] => {
    const was = before.get(step.id);
    const where = `${step.account.connector}: ${step.operation} of ${step.account.handle}`;
    if (!was) return [{ stepId: step.id, what: `${where} is new` }];
    const known = new Set(was.affects.map(({ id }) => id));
    const more = step.affects.filter(({ id }) => !known.has(id));
    return more.length === 0 ? [] : [{ stepId: step.id, what: `${where} would also take away ${named(more)}` }];
  });
  if (now.retentionDays < approved.retentionDays)
    changes.push({ what: `deletion would come after ${now.retentionDays} days instead of ${approved.retentionDays}` });
  return changes;
}

function named(holdings: readonly Holding[]): string {
  const shown = holdings.slice(0, 5).map(({ name }) => name);
  return holdings.length > 5 ? `${shown.join(', ')} and ${holdings.length - 5} more` : shown.join(', ');
}

/** The newer plan, with the steps of the older one that it no longer has: what was done or begun stays in the record. */
export function mergePlans(older: Plan, newer: Plan): Plan {
  const ids = new Set(newer.steps.map(({ id }) => id));
  const steps = [...newer.steps, ...older.steps.filter(({ id }) => !ids.has(id))].sort((a, b) =>
    a.id < b.id ? -1 : 1,
  );
  const merged = { ...newer, steps };
  return { ...merged, hash: hashOf(merged) };
}

export function emptyPlan(subjectId: string): Plan {
  return makePlan({ subjectId, found: [], unknown: [], retentionDays: 0, policyVersion: '' });
}
