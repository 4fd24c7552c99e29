import { createHash } from 'node:crypto';
import canonicalize from 'canonicalize';
import type { Identity } from '#model/identity.ts';
import type { Offboarding } from '#model/offboarding.ts';
import type { Policy } from '#model/policy.ts';
import type { Records } from '#model/records.ts';
import { createBatches } from './batches.ts';
import { createCaseStore, toOffboarding } from './case-store.ts';
import { caseView, overlay, tally } from './case-view.ts';
import type { Connector } from './connectors/connector.ts';
import { createDesk } from './desk.ts';
import { createOpening } from './opening.ts';
import type { Durable, DurableWork } from './durable.ts';
import { createWork } from './durable-work.ts';
import type { CaseView, Engine, Evidence } from './engine.ts';
import type { Notifier } from './notifier.ts';
import { createPeople, type People } from './people.ts';
import { covers, refuseDecision, termsOf } from './policy.ts';
import { createTrail } from './trail.ts';

export interface EngineDeps {
  readonly records: Records;
  readonly connectors: ReadonlyMap<string, Connector>;
  readonly policy: Policy;
  /** Asked late, because the durable engine is started after the work it calls for is there. */
  readonly durable: () => Durable;
  /** Asked late, because the bot needs the engine first. */
  readonly notifier: () => Notifier;
  readonly now: () => Date;
  readonly log: (message: string, data: Record<string, unknown>) => void;
}

export interface OpenedEngine {
  readonly engine: Engine;
  readonly work: DurableWork;
  readonly people: People;
  /** Takes up what an earlier process left: cases never handed over, batches half released; with `engineIsEmpty` everything. */
  recover(engineIsEmpty: boolean): Promise<void>;
}

/** Puts the engine together. Nothing runs by itself: the durable engine calls `work`, people call `engine`. */
export function createEngine(deps: EngineDeps): OpenedEngine {
  const { records, connectors, policy, now } = deps;
  const terms = termsOf(policy);
  const policyVersion = createHash('sha256').update(canonicalize(policy)!).digest('hex').slice(0, 16);
  const trail = createTrail(records);
  const people = createPeople(records);
  const batches = createBatches(records, now);
  const cases = createCaseStore({ records, trail, terms: () => terms, now });
  const work = createWork({
    records,
    cases,
    batches,
    people,
    policy,
    now,
    notifier: deps.notifier,
    wave: {
      cases,
      trail,
      connectors,
      identity: people.byId,
      retentionDays: () => policy.retentionDays,
      policyVersion: () => policyVersion,
      changed: (caseId) => deps.notifier().changed(caseId),
      now,
      log: deps.log,
    },
  });

  async function view(offboarding: Offboarding): Promise<CaseView> {
    const { subjectId, state } = offboarding;
    const [subject, requester, approvers, current] = await Promise.all([
      people.byId(subjectId),
      people.byId(state.requesterId),
      approversOf(offboarding),
      overlay(offboarding, trail, terms.retry),
    ]);
    if (!subject) throw new Error(`case ${offboarding.id}: its subject is not in the store`);
    const manager = subject.managerId ? await people.byId(subject.managerId) : undefined;
    const approverIds = approvers.map(({ id }) => id);
    return caseView({ offboarding, state: current, subject, requester, manager, approverIds, connectors });
  }

  async function approversOf({ subjectId, state }: Offboarding): Promise<Identity[]> {
    const scene = { subjectId, requesterId: state.requesterId, leaving: false };
    return (await people.all()).filter((identity) => refuseDecision(policy, identity, scene) === undefined);
  }

  async function caseById(caseId: string): Promise<CaseView | undefined> {
    const offboarding = await cases.read(caseId);
    return offboarding && (await view(offboarding));
  }

  async function listCases(filter: Parameters<Engine['cases']>[0]): Promise<CaseView[]> {
    const found = await records.offboardings
      .find({
        ...(filter.open === undefined ? {} : { openFor: { $exists: filter.open } }),
        ...(filter.subjectId ? { subjectId: filter.subjectId } : {}),
      })
      .sort({ openedAt: -1 })
      .limit(filter.limit)
      .lean();
    return Promise.all(found.map((record) => view(toOffboarding(record))));
  }

  async function evidence(caseId: string): Promise<Evidence | undefined> {
    const offboarding = await cases.read(caseId);
    if (!offboarding) return undefined;
    const { steps, phase } = await view(offboarding);
    const { subjectId, openedAt, closedAt, state } = offboarding;
    return {
      format: 'exeunt-evidence/1',
      caseId,
      subjectId,
      phase,
      planHash: state.plan.hash,
      openedAt,
      ...(closedAt ? { closedAt } : {}),
      summary: tally(steps),
      events: await trail.of(caseId),
    };
  }

  async function may(
    identityId: string,
    rules: readonly ('requesters' | 'approvers' | 'auditors')[],
  ): Promise<boolean> {
    const identity = await people.byId(identityId);
    return identity !== undefined && rules.some((rule) => covers(policy[rule], identity));
  }

  const { open, recover } = createOpening({
    records,
    people,
    trail,
    policy,
    durable: deps.durable,
    now,
    log: deps.log,
  });
  const desk = createDesk({
    records,
    cases,
    batches,
    people,
    trail,
    policy,
    connectors,
    durable: deps.durable,
    now,
    log: deps.log,
  });
  const engine: Engine = {
    ...desk,
    open,
    case: caseById,
    cases: listCases,
    evidence,
    async batch(batchId) {
      const batch = await batches.read(batchId);
      if (!batch) return undefined;
      const held = await Promise.all(batch.caseIds.map((caseId) => cases.read(caseId)));
      const subjects = await Promise.all(
        held.map(async (offboarding) => offboarding && people.byId(offboarding.subjectId)),
      );
      const { id, caseIds, because, votes, releasedAt } = batch;
      return {
        id,
        caseIds,
        because,
        votes,
        needed: policy.breaker.approvals,
        released: releasedAt !== undefined,
        subjects: subjects.filter((subject) => subject !== undefined),
      };
    },
    find: people.find,
    identity: people.byId,
    byEmail: people.byEmail,
    mayStart: (identityId) => may(identityId, ['requesters', 'approvers']),
    mayApprove: (identityId) => may(identityId, ['approvers']),
    mayRead: (identityId) => may(identityId, ['requesters', 'approvers', 'auditors']),
  };
  return { engine, work, people, recover };
}
