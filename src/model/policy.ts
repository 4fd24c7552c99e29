import { z } from 'zod';

/** A set of people: everybody of these departments, and these persons. Departments are compared as the people source writes them. */
export const PeopleRule = z.strictObject({
  departments: z.array(z.string().trim().min(1).max(200)).max(200).default([]),
  people: z.array(z.email().toLowerCase()).max(1000).default([]),
});
export type PeopleRule = Readonly<z.output<typeof PeopleRule>>;

const anyone = PeopleRule.prefault({});
const votes = z.int().min(1).max(10);

/** Who may do what, how many must agree, how long things wait, and when the engine stops believing its source. */
export const Policy = z.strictObject({
  /** Who may open a case and ask for undo. */
  requesters: anyone,
  /** Who may say yes; never the requester and never the subject of a case. */
  approvers: anyone,
  /** Who may read every case and its evidence. */
  auditors: anyone,
  /** Distinct persons whose yes is needed: before anything is done, and again before anything is deleted. */
  approvals: z.strictObject({ contain: votes.default(1), delete: votes.default(1) }).prefault({}),
  /** An approval that nobody gave in this time lapses, and nothing is done. */
  expiresAfterHours: z.number().positive().max(720).default(24),
  /** Days between the removal and the question whether to delete. */
  retentionDays: z.number().nonnegative().max(3650).default(30),
  /** Addresses of people for whom no case may be opened. */
  protected: z.array(z.email().toLowerCase()).max(1000).default([]),
  /** When more people than usual seem to leave, their cases are held and people look first, whoever asked. */
  breaker: z
    .strictObject({
      /** So many leavers within the window are normal. Of this and `percent`, the larger number counts. */
      people: z.int().positive().max(100_000).default(10),
      /** So many in a hundred of the company's people are normal. */
      percent: z.number().positive().max(100).default(1),
      windowMinutes: z.number().positive().max(10_080).default(30),
      /** Distinct persons who must let a held batch go. */
      approvals: votes.default(2),
    })
    .prefault({}),
  /** How often, and how patiently, a target system that cannot be reached is asked again. */
  retry: z
    .strictObject({
      attempts: z.int().min(1).max(20).default(6),
      firstDelayMs: z.int().min(1).max(3_600_000).default(2_000),
      maxDelayMs: z.int().min(1).max(86_400_000).default(900_000),
    })
    .prefault({}),
});
export type Policy = Readonly<z.output<typeof Policy>>;
