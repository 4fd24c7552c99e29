import type { z } from 'zod';
import type { HttpAnswer } from '../http.ts';
import { Refused } from './errors.ts';

/**
 * What a 200 says. Throws `Refused` for every other status and for a form that the vendor does not describe: nothing is
 * guessed, a person looks. `what` begins with the connector's id.
 */
export function understood<T>(schema: z.ZodType<T>, answer: HttpAnswer, what: string): T {
  const parsed = answer.status === 200 ? schema.safeParse(answer.body) : undefined;
  if (parsed?.success) return parsed.data;
  const how = parsed ? 'in a form that is not understood' : `with status ${answer.status}`;
  throw new Refused(`${what} was answered ${how}. Nothing was changed. Check the settings, then look there by hand.`);
}

/** Throws `Refused` unless an act was answered with success or with one of the statuses that mean the same here. */
export function accepted(answer: HttpAnswer, what: string, alsoFine: readonly number[] = []): void {
  if ((answer.status >= 200 && answer.status < 300) || alsoFine.includes(answer.status)) return;
  throw new Refused(`${what} was answered with status ${answer.status}. It was not done. Do it there by hand.`);
}
