import type { CaseState } from '#model/offboarding.ts';
import type { Account, Observation } from '#model/account.ts';
import type { Operation, Plan } from '#model/plan.ts';
import type { CaseEvent, Command, Terms } from '#engine/case-events.ts';
import { freshCase, next } from '#engine/case.ts';
import { makePlan } from '#engine/plan.ts';

export const terms: Terms = {
  needed: { contain: 1, delete: 1 },
  expiresAfterMs: 3_600_000,
  retry: { attempts: 3, firstDelayMs: 1_000, maxDelayMs: 60_000 },
};
export const start = '2026-01-05T09:00:00.000Z';

const reached = async () => undefined;
const everything: readonly Operation[] = [
  'suspend',
  'revokeSessions',
  'revokeTokens',
  'removeEntitlements',
  'delete',
  'unsuspend',
  'restoreEntitlements',
];

export function look(more: Partial<Observation> = {}): Observation {
  return { at: start, status: 'active', ...more };
}

/** A plan over accounts named like their connectors, with the operations that each supports. */
export function planFor(
  accounts: Readonly<Record<string, readonly Operation[]>>,
  seen: Observation = look(),
  unknown: string[] = [],
): Plan {
  return makePlan({
    subjectId: 'dana',
    found: Object.entries(accounts).map(([id, operations]) => ({
      connector: { id, operations: Object.fromEntries(operations.map((operation) => [operation, reached])) },
      account: account(id),
      seen,
    })),
    unknown: unknown.map((connector) => ({ connector, because: `${connector}: is down. Try again.` })),
    retentionDays: 30,
    policyVersion: 'p1',
  });
}

export function fullPlan(...ids: string[]): Plan {
  return planFor(Object.fromEntries(ids.map((id) => [id, everything])));
}

export function account(id: string): Account {
  return { connector: id, id: 'u1', handle: 'dana' };
}

/** A case that is told one event after the other; throws where one does not apply. */
export function tellCase(more: Partial<Terms> = {}) {
  const own = { ...terms, ...more };
  let state = freshCase('dana', 'hr');
  let commands: readonly Command[] = [];
  let at = start;
  return {
    get state(): CaseState {
      return state;
    },
    get commands() {
      return commands;
    },
    later(ms: number) {
      at = new Date(Date.parse(at) + ms).toISOString();
    },
    tell(event: CaseEvent) {
      const result = next(state, event, at, own);
      if ('refused' in result) throw new Error(`${event.kind} is refused: ${result.refused}`);
      ({ state, commands } = result);
      return this;
    },
    refused(event: CaseEvent) {
      const result = next(state, event, at, own);
      return 'refused' in result ? result.refused : undefined;
    },
    planned(plan: Plan) {
      this.tell({ kind: 'opened' });
      return this.tell({ kind: 'planned', wave: state.lookWave!, plan });
    },
    approve(by = 'sec') {
      return this.tell({ kind: 'decided', approvalId: state.approval!.id, verdict: 'approved', by });
    },
    /** Ends the running wave with the same outcome for each of its steps. */
    finish(
      outcome: 'changed' | 'unchanged' | 'unproven' | 'handedOver' | 'unavailable' = 'changed',
      before = look({ entitlements: [{ id: 'g', name: 'Group' }] }),
    ) {
      const act = commands.find((command) => command.kind === 'act');
      if (act?.kind !== 'act') throw new Error('no wave was started');
      const result =
        outcome === 'handedOver' || outcome === 'unavailable'
          ? { outcome, because: 'because', before }
          : { outcome, before, after: look({ status: 'suspended' }) };
      return this.tell({
        kind: 'waveFinished',
        wave: act.wave,
        results: Object.fromEntries(act.stepIds.map((id) => [id, result])),
      });
    },
    /** Ends the look that goes before "done": the target systems show the same as when the plan was made, or `plan`. */
    lookedAgain(plan?: Plan) {
      const wave = state.lookWave;
      if (wave === undefined) throw new Error('no look was asked for');
      return this.tell({ kind: 'planned', wave, plan: plan ?? { ...state.plan, unknown: [] } });
    },
    notices() {
      return commands.flatMap((command) => (command.kind === 'tell' ? [command.notice] : []));
    },
  };
}
