import type { Answer, BatchView, CaseView, Engine, Evidence, Opened, Refusal } from '#engine/engine.ts';
import type { Notice, Notifier } from '#engine/notifier.ts';
import type { Vote } from '#model/offboarding.ts';
import { caseView, manySteps, type Scene } from './cases.ts';
import { everybody, quentin, samir, selma, hugo } from './people.ts';

export interface EngineDouble extends Engine {
  /** Put in by the test, because the double needs the bot that needs the double. */
  notifier: Notifier | undefined;
  /** Every decision that counted. */
  readonly decisions: readonly { readonly caseId: string; readonly by: string; readonly verdict: string }[];
  readonly asked: readonly string[];
  /** Puts a case where the test wants it. */
  place(id: string, scene: Scene): void;
  hold(batchId: string, caseIds: readonly string[]): void;
  /** Until set back, the engine throws or cannot be reached. */
  trouble: 'none' | 'throws' | 'unavailable';
  /** How long an answer takes, in milliseconds. */
  slowMs: number;
  tell(caseId: string, kind: Notice, id?: string): Promise<void>;
}

/** An engine that keeps its cases in memory and refuses what the real one refuses; decisions are compared and set. */
export function engineDouble(): EngineDouble {
  const views = new Map<string, CaseView>();
  const batches = new Map<string, BatchView>();
  const decisions: { caseId: string; by: string; verdict: string }[] = [];
  const asked: string[] = [];
  const requesters = new Set([hugo.id, selma.id, samir.id]);
  const approvers = new Set([selma.id, samir.id]);
  let opened = 0;

  const identity = async (id: string) => everybody.find((person) => person.id === id);

  async function busy(what: string): Promise<Refusal | undefined> {
    asked.push(what);
    if (double.slowMs > 0) await new Promise((resolve) => setTimeout(resolve, double.slowMs));
    if (double.trouble === 'throws') throw new Error('engine double: broken on purpose, for Dana Reyes');
    return double.trouble === 'unavailable'
      ? refused('unavailable', 'The engine cannot be reached just now.')
      : undefined;
  }

  function update(id: string, change: (view: CaseView) => CaseView): void {
    const view = views.get(id);
    if (view) views.set(id, change(view));
  }

  function withState(view: CaseView, state: Partial<CaseView['offboarding']['state']>): CaseView {
    return { ...view, offboarding: { ...view.offboarding, state: { ...view.offboarding.state, ...state } } };
  }

  async function open({ subjectId, requesterId, trigger }: Parameters<Engine['open']>[0]): Promise<Opened> {
    const trouble = await busy('open');
    if (trouble) return trouble;
    const subject = await identity(subjectId);
    if (!subject) return refused('unknownPerson', 'Nobody has this id.');
    if (!requesters.has(requesterId)) return refused('notAllowed', 'You may not start an offboarding.');
    if (subjectId === requesterId) return refused('subject', 'You cannot offboard yourself.');
    const already = [...views.values()].find((view) => view.subject.id === subjectId && !view.closed);
    if (already) return { done: true, say: `There is already case ${already.id}.`, caseId: already.id, joined: true };
    opened += 1;
    const id = `OFF-${opened}`;
    const scene: Scene = { phase: 'awaitingApproval', subject, steps: manySteps(4, () => ({ status: 'planned' })) };
    double.place(id, {
      ...scene,
      ...(trigger.reason ? { reason: trigger.reason } : {}),
      view: { requester: await identity(requesterId) },
    });
    await double.tell(id, 'approvalAsked');
    return { done: true, say: `Case ${id} is open.`, caseId: id, joined: false };
  }

  async function decide(input: Parameters<Engine['decide']>[0]): Promise<Answer> {
    const trouble = await busy('decide');
    if (trouble) return trouble;
    const { caseId, approvalId, verdict, by, reason } = input;
    const view = views.get(caseId);
    if (!view) return refused('unknownCase', 'There is no such case.');
    if (by === view.subject.id) return refused('subject', 'This case is about you; you cannot decide on it.');
    if (by === view.requester?.id)
      return refused('ownRequest', 'You asked for this offboarding, so somebody else has to decide.');
    if (!approvers.has(by)) return refused('notAllowed', 'You are not an approver.');
    const { approval } = view.offboarding.state;
    if (!approval || approval.id !== approvalId)
      return refused('outdated', 'What this button asked is no longer asked.');
    if (view.phase !== 'awaitingApproval' && view.phase !== 'awaitingDeletion')
      return refused('alreadyDecided', 'This was already decided.');
    if (approval.votes.some((vote) => vote.by === by)) return refused('alreadyDecided', 'You have already decided.');
    decisions.push({ caseId, by, verdict });
    const vote: Vote = { by, verdict, at: '2026-11-25T10:00:00.000Z', ...(reason ? { reason } : {}) };
    const votes = [...approval.votes, vote];
    const enough = votes.length >= approval.needed;
    const deleting = approval.kind === 'delete';
    const phase =
      verdict === 'rejected'
        ? deleting
          ? 'kept'
          : 'rejected'
        : !enough
          ? view.phase
          : deleting
            ? 'deleting'
            : 'containing';
    const closed = phase === 'rejected' || phase === 'kept';
    update(caseId, (old) => ({ ...withState(old, { phase, approval: { ...approval, votes } }), phase, closed }));
    double.notifier?.changed(caseId);
    return { done: true, say: `Your decision is recorded: ${verdict}.` };
  }

  async function steer(
    what: string,
    caseId: string,
    by: string,
    change: (view: CaseView) => CaseView,
    also: (view: CaseView) => boolean = () => false,
  ): Promise<Answer> {
    const trouble = await busy(what);
    if (trouble) return trouble;
    const view = views.get(caseId);
    if (!view) return refused('unknownCase', 'There is no such case.');
    if (by === view.subject.id) return refused('subject', 'This case is about you; you cannot steer it.');
    if (!requesters.has(by) && !also(view)) return refused('notAllowed', 'The policy does not let you do this.');
    update(caseId, change);
    double.notifier?.changed(caseId);
    return { done: true, say: `Done: ${what}.` };
  }

  async function allowBatch({ batchId, by }: { batchId: string; by: string }): Promise<Answer> {
    const trouble = await busy('allowBatch');
    if (trouble) return trouble;
    const batch = batches.get(batchId);
    if (!batch || batch.released) return refused('alreadyDecided', 'The batch was let go.');
    if (!approvers.has(by)) return refused('notAllowed', 'You are not an approver.');
    if (batch.votes.some((vote) => vote.by === by)) return refused('alreadyDecided', 'Your yes already counts.');
    const votes = [...batch.votes, { by, at: '2026-11-25T10:00:00.000Z' }];
    batches.set(batchId, { ...batch, votes, released: votes.length >= batch.needed });
    return { done: true, say: `Your yes is recorded: ${votes.length} of ${batch.needed}.` };
  }

  async function evidence(caseId: string): Promise<Evidence | undefined> {
    const view = views.get(caseId);
    return (
      view && {
        format: 'exeunt-evidence/1',
        caseId,
        subjectId: view.subject.id,
        phase: view.phase,
        planHash: view.offboarding.state.plan.hash,
        openedAt: view.offboarding.openedAt,
        summary: { proven: 2, attested: 1, open: 0 },
        events: [],
      }
    );
  }

  const double: EngineDouble = {
    notifier: undefined,
    decisions,
    asked,
    trouble: 'none',
    slowMs: 0,
    place(id, scene) {
      const view = caseView(scene);
      views.set(id, { ...view, id, offboarding: { ...view.offboarding, id } });
    },
    hold(batchId, caseIds) {
      const subjects = caseIds.flatMap((id) => views.get(id)?.subject ?? []);
      batches.set(batchId, {
        id: batchId,
        caseIds,
        subjects,
        because: 'three people at once',
        needed: 2,
        votes: [],
        released: false,
      });
      for (const id of caseIds) update(id, (view) => ({ ...withState(view, { batchId }), batchId }));
    },
    async tell(caseId, kind, id = `${caseId}:${kind}`) {
      await double.notifier?.tell({ id, caseId, kind });
    },

    open,
    decide,
    allowBatch,
    cancel: ({ caseId, by }) =>
      steer('cancel', caseId, by, (view) => ({
        ...withState(view, { phase: 'cancelled' }),
        phase: 'cancelled',
        closed: true,
      })),
    undo: ({ caseId, by }) =>
      steer('undo', caseId, by, (view) => ({
        ...withState(view, { phase: 'undoing' }),
        phase: 'undoing',
        mayUndo: false,
      })),
    tryAgain: ({ caseId, stepId, by }) =>
      steer('tryAgain', caseId, by, (view) => ({
        ...view,
        steps: view.steps.map((step) =>
          step.id === stepId ? { ...step, status: 'running', attempts: step.attempts + 1 } : step,
        ),
      })),
    attest: ({ caseId, stepId, by, note }) =>
      steer(
        'attest',
        caseId,
        by,
        (view) => ({
          ...view,
          steps: view.steps.map((step) =>
            step.id === stepId ? { ...step, status: 'attested', by, attestation: note } : step,
          ),
        }),
        // The owner of the system may, besides the case's team.
        ({ steps }) => {
          const owner = steps.find(({ id }) => id === stepId)?.ownerEmail;
          return everybody.some(({ id, email }) => id === by && email === owner);
        },
      ),
    case: async (caseId) => views.get(caseId),
    cases: async ({ open: onlyOpen, subjectId, limit }) =>
      [...views.values()]
        .filter((view) => (!onlyOpen || !view.closed) && (!subjectId || view.subject.id === subjectId))
        .slice(0, limit),
    batch: async (batchId) => batches.get(batchId),
    evidence,
    async find(text) {
      const wanted = text.trim().toLowerCase();
      const exact = everybody.filter((person) =>
        [person.email, person.displayName.toLowerCase(), person.id].includes(wanted),
      );
      const found =
        exact.length > 0
          ? exact
          : everybody.filter(({ displayName }) => displayName.toLowerCase().split(' ').includes(wanted));
      if (found.length === 0) return { kind: 'none' };
      const [only, ...others] = exact;
      return only && others.length === 0 ? { kind: 'one', identity: only } : { kind: 'many', identities: found };
    },
    identity,
    byEmail: async (email) => everybody.find((person) => person.email === email),
    mayStart: async (id) => requesters.has(id),
    mayApprove: async (id) => approvers.has(id),
    mayRead: async (id) => requesters.has(id) || id === quentin.id,
  };
  return double;
}

function refused(code: Refusal['code'], because: string): Refusal {
  return { done: false, code, because };
}
