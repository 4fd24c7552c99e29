/** What happened to a case that people should hear of, once each. */
export type Notice =
  | 'held'
  | 'approvalAsked'
  | 'planChanged'
  | 'approved'
  | 'rejected'
  | 'expired'
  | 'suspended'
  | 'needsPerson'
  | 'deletionAsked'
  | 'deletionKept'
  | 'undoing'
  | 'restored'
  | 'cancelled'
  | 'done';

/** The way back: what the engine asks of whoever speaks to people. Every call may come twice; saying it twice is harmless. */
export interface Notifier {
  /** Something on the case's card is no longer true. Cheap and frequent; several in a row may become one edit. */
  changed(caseId: string): void;
  /** Says it, durably: the engine calls again until this resolves. `id` is the same for each repeat of one notice. */
  tell(notice: { id: string; caseId: string; kind: Notice }): Promise<void>;
}
