import type { StepView } from '#engine/engine.ts';
import { isProven } from './words.ts';

/** What may be said of some steps, from the strongest to the weakest; which of it is true is judged by the steps. */
export interface Claim {
  readonly steps: readonly StepView[];
  /** What one of them is called: `step`, `deletion`. */
  readonly what: string;
  /** Said where every step is proven or attested, and every system could be asked. Without a full stop, as the next two. */
  readonly reached: string;
  /** Said where a step is neither. */
  readonly open: string;
  /** Said where nothing is open, but a system could not be asked. */
  readonly uncertain: string;
  /** Said where there are no steps: a whole sentence. */
  readonly nothing: string;
  /** Which systems could not be asked, as a sentence; empty where all could. */
  readonly unasked: string;
}

/** How far steps are proven: only a fresh read proves, a person's word is counted apart, and everything else is open. */
export function proofOf(steps: readonly StepView[]): { proven: number; attested: number; open: number } {
  const proven = steps.filter(isProven).length;
  const attested = steps.filter(({ status }) => status === 'attested').length;
  return { proven, attested, open: steps.length - proven - attested };
}

/** One to three sentences that claim no more than the steps show. */
export function claimed(claim: Claim): string {
  const { steps, what, reached, open, uncertain, nothing, unasked } = claim;
  const proof = proofOf(steps);
  if (proof.open > 0) return inARow(`${open}: ${openWords(proof, steps.length, what)}.`, unasked);
  if (steps.length === 0) return inARow(nothing, unasked);
  if (unasked) return `${uncertain}: ${unasked} Of what is known, ${settledWords(proof, steps.length, what)}.`;
  const alone = proof.proven === 0 ? " on a person's word alone" : '';
  return `${reached}${alone}: ${settledWords(proof, steps.length, what)}.`;
}

/** Sentences with a space between; empty ones are left out. */
export function inARow(...sentences: readonly string[]): string {
  return sentences.filter(Boolean).join(' ');
}

function settledWords({ proven, attested }: ReturnType<typeof proofOf>, total: number, what: string): string {
  if (attested === 0)
    return total === 1
      ? `the only ${what} is proven by a fresh read`
      : `all ${total} ${what}s are proven by a fresh read`;
  const first = proven === 0 ? `no ${what} is` : `${proven} ${what}${proven === 1 ? ' is' : 's are'}`;
  return `${first} proven by a fresh read, ${attested} ${attested === 1 ? 'is' : 'are'} on a person's word`;
}

function openWords({ attested, open }: ReturnType<typeof proofOf>, total: number, what: string): string {
  const first = `${open} of ${total} ${what}${total === 1 ? '' : 's'} ${open === 1 ? 'is' : 'are'} not proven`;
  return attested > 0 ? `${first}, and ${attested} ${attested === 1 ? 'is' : 'are'} on a person's word alone` : first;
}
