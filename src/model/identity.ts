import { z } from 'zod';

/** The person as the company's people source knows it. The id never changes; the address, the name and the manager may. */
export const Identity = z.object({
  id: z.string().min(1).max(200),
  email: z.email().toLowerCase(),
  /** Further addresses that are proved to be of the same person. */
  aliases: z.array(z.email().toLowerCase()).default([]),
  displayName: z.string().min(1).max(200),
  department: z.string().max(200).optional(),
  title: z.string().max(200).optional(),
  /** The identity id of the manager. */
  managerId: z.string().max(200).optional(),
  employment: z.enum(['employee', 'contractor']).default('employee'),
});
export type Identity = Readonly<z.output<typeof Identity>>;
