import type { AuditEvent } from '#model/audit-event.ts';
import type { Identity } from '#model/identity.ts';
import type { Offboarding, Phase, StepState } from '#model/offboarding.ts';
import type { Step } from '#model/plan.ts';
import type { Stage } from './stages.ts';

/** Who asks, as an identity id. The caller has proved it; the engine decides what they may. */
export type By = string;

/** Why nothing was done. `because` is one or two sentences for the person who asked: what happened, what to do. */
export interface Refusal {
  readonly done: false;
  readonly code:
    | 'unknownPerson'
    | 'ambiguousPerson'
    | 'notAllowed'
    | 'ownRequest'
    | 'subject'
    | 'protected'
    | 'unknownCase'
    | 'unknownStep'
    | 'alreadyDecided'
    | 'outdated'
    | 'expired'
    | 'notNow'
    | 'unavailable';
  readonly because: string;
}
export interface Done {
  readonly done: true;
  /** What happened, in one sentence. */
  readonly say: string;
}
export type Answer = Done | Refusal;

export interface OpenRequest {
  readonly subjectId: string;
  /** The identity id of who asks; a webhook asks as `hr`. */
  readonly requesterId: By;
  readonly trigger: {
    readonly kind: 'command' | 'webhook';
    readonly source: string;
    readonly reason?: string | undefined;
  };
}
export type Opened = (Done & { readonly caseId: string; readonly joined: boolean }) | Refusal;

/** One step as it stands now, for reading. */
export interface StepView extends Step, Omit<StepState, 'note'> {
  /** What people call the target system. */
  readonly system: string;
  /** What the person who did it by hand wrote. */
  readonly attestation?: string | undefined;
  /** A person's word is the only proof there can be: the step belongs to a target system without an interface. */
  readonly byHand: boolean;
  /** Who does it there, where the target system is of that kind. */
  readonly ownerEmail?: string | undefined;
}

/** A case as it stands now, for reading: the one source of every card, list and page. */
export interface CaseView {
  readonly id: string;
  readonly phase: Phase;
  readonly stage: Stage;
  readonly closed: boolean;
  readonly subject: Identity;
  /** `undefined` when a trigger asked and no person. */
  readonly requester: Identity | undefined;
  readonly manager: Identity | undefined;
  readonly offboarding: Offboarding;
  readonly steps: readonly StepView[];
  /** Who may decide what is asked now: identity ids, requester and subject left out. */
  readonly approverIds: readonly string[];
  /** Whether undo has anything to give back. */
  readonly mayUndo: boolean;
  /** The batch that holds this case, when the breaker holds it. */
  readonly batchId: string | undefined;
}

/** A batch of held cases that people let go together, or not at all. */
export interface BatchView {
  readonly id: string;
  readonly caseIds: readonly string[];
  readonly subjects: readonly Identity[];
  readonly because: string;
  readonly needed: number;
  readonly votes: readonly { readonly by: string; readonly at: string }[];
  readonly released: boolean;
}

export type Found =
  | { readonly kind: 'one'; readonly identity: Identity }
  | { readonly kind: 'none' }
  | { readonly kind: 'many'; readonly identities: readonly Identity[] };

/** Everything that may be asked of the engine. Each answer is what is recorded, never a guess. */
export interface Engine {
  open(request: OpenRequest): Promise<Opened>;
  decide(input: {
    caseId: string;
    approvalId: string;
    verdict: 'approved' | 'rejected';
    by: By;
    reason?: string | undefined;
  }): Promise<Answer>;
  allowBatch(input: { batchId: string; by: By }): Promise<Answer>;
  cancel(input: { caseId: string; by: By }): Promise<Answer>;
  undo(input: { caseId: string; by: By }): Promise<Answer>;
  /** Does the step again, from a fresh look; `stepId` undefined asks the unreachable target systems again. */
  tryAgain(input: { caseId: string; stepId?: string | undefined; by: By }): Promise<Answer>;
  /** A person's word that a step was done by hand. */
  attest(input: { caseId: string; stepId: string; by: By; note: string }): Promise<Answer>;

  case(caseId: string): Promise<CaseView | undefined>;
  /** The newest first; at most `limit`. */
  cases(filter: { open?: boolean; subjectId?: string; limit: number }): Promise<readonly CaseView[]>;
  batch(batchId: string): Promise<BatchView | undefined>;
  /** The audit trail of one case, oldest first. `undefined` when there is no such case. */
  evidence(caseId: string): Promise<Evidence | undefined>;

  /** Finds a person by address, id or unmistakable name. */
  find(text: string): Promise<Found>;
  identity(id: string): Promise<Identity | undefined>;
  byEmail(email: string): Promise<Identity | undefined>;
  mayStart(identityId: By): Promise<boolean>;
  mayApprove(identityId: By): Promise<boolean>;
  /** Who may read every case and its evidence: requesters, approvers and auditors. */
  mayRead(identityId: By): Promise<boolean>;
}

/** What is handed to whoever asks for proof. */
export interface Evidence {
  readonly format: 'exeunt-evidence/1';
  readonly caseId: string;
  readonly subjectId: string;
  readonly phase: Phase;
  readonly planHash: string;
  readonly openedAt: string;
  readonly closedAt?: string | undefined;
  /** Steps proven by a fresh read, attested by a person, and neither. */
  readonly summary: { readonly proven: number; readonly attested: number; readonly open: number };
  readonly events: readonly AuditEvent[];
}
