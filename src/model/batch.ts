import { z } from 'zod';

/** Held cases that people let go together, or not at all. A batch that somebody voted on takes no further case. */
export const Batch = z.object({
  id: z.string(),
  caseIds: z.array(z.string()).min(1),
  because: z.string(),
  votes: z.array(z.object({ by: z.string(), at: z.iso.datetime() })),
  openedAt: z.iso.datetime(),
  releasedAt: z.iso.datetime().optional(),
});
export type Batch = Readonly<z.output<typeof Batch>>;
