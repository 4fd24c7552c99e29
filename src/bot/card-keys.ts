import type { CaseView } from '#engine/engine.ts';

/** What a card shows. Its key in the store says which, so that a card can be made anew after a restart. */
export type CardSubject =
  | { readonly kind: 'case'; readonly caseId: string }
  /** `readerId` is set on the copy that one approver has in their direct messages. An identity id. */
  | { readonly kind: 'batch'; readonly batchId: string; readonly readerId: string | undefined }
  | { readonly kind: 'task'; readonly caseId: string; readonly ref: string };

/** The key of a case's card: the card of the batch as long as that holds it. */
export function cardKey(view: Pick<CaseView, 'id' | 'phase' | 'batchId'>): string {
  return view.phase === 'held' && view.batchId ? batchKey(view.batchId) : view.id;
}

export function batchKey(batchId: string): string {
  return `batch:${batchId}`;
}

export function batchCopyKey(batchId: string, readerId: string): string {
  return `batch-copy:${encodeURIComponent(readerId)}:${batchId}`;
}

/** The card that the owner of a system without an interface gets for one step; `ref` stands for the step. */
export function taskKey(caseId: string, ref: string): string {
  return `task:${caseId}:${ref}`;
}

export function subjectOf(key: string): CardSubject {
  const [kind, first = '', ...rest] = key.split(':');
  if (kind === 'batch') return { kind, batchId: [first, ...rest].join(':'), readerId: undefined };
  if (kind === 'batch-copy') return { kind: 'batch', batchId: rest.join(':'), readerId: decodeURIComponent(first) };
  // The reference is hexadecimal and stands last.
  if (kind === 'task') return { kind, caseId: [first, ...rest.slice(0, -1)].join(':'), ref: rest.at(-1) ?? '' };
  return { kind: 'case', caseId: key };
}
