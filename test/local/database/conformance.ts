import { describe } from 'vitest';
import { readingPromises } from './conformance-reading.ts';
import { writingPromises } from './conformance-writing.ts';
import { openCourt, type Judged } from './court.ts';

/** The calls that the product makes, with what they answer and how they fail; the same for every server. */
export function conformance(server: string, open: () => Promise<Judged>): void {
  describe(`the store on ${server}`, () => {
    const court = openCourt(open);
    readingPromises(court);
    writingPromises(court);
  });
}
