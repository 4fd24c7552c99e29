import { z } from 'zod';

// What Slack sends, as far as it is used. Signed by Slack, written by people: bounded all the same.
const id = z.string().min(1).max(60);
const TeamRef = z.object({ id }).nullish();

/** A slash command (docs.slack.dev/interactivity/implementing-slash-commands). */
export const CommandBody = z.object({
  command: z.string().max(100),
  text: z.string().max(20_000).default(''),
  user_id: id,
  team_id: id,
  channel_id: id,
  trigger_id: z.string().max(300),
});

/** The part that every interaction has. */
export const PersonBody = z.object({
  team: TeamRef,
  user: z.object({ id, team_id: id.optional() }),
});

/** Pressing a button (docs.slack.dev/reference/interaction-payloads/block_actions-payload). */
export const ActionBody = PersonBody.extend({
  type: z.literal('block_actions'),
  trigger_id: z.string().max(300),
  actions: z
    .array(z.object({ action_id: z.string().max(255), value: z.string().max(2000).optional() }))
    .min(1)
    .max(25),
  channel: z.object({ id }).optional(),
  container: z.object({
    message_ts: z.string().max(40).optional(),
    view_id: id.optional(),
    is_ephemeral: z.boolean().optional(),
  }),
  view: z.object({ id, hash: z.string().max(100), callback_id: z.string().max(255) }).optional(),
});

/** Submitting a modal (docs.slack.dev/reference/interaction-payloads/view-interactions-payload). */
export const SubmissionBody = PersonBody.extend({
  type: z.literal('view_submission'),
  view: z.object({
    id,
    callback_id: z.string().max(255),
    private_metadata: z.string().max(3000),
    state: z.object({
      values: z.record(z.string(), z.record(z.string(), z.object({ value: z.string().max(3000).nullish() }))),
    }),
  }),
});

/** A member of the workspace, as users.info shows them. */
export const Member = z.object({
  id,
  team_id: id.optional(),
  deleted: z.boolean().default(false),
  is_bot: z.boolean().default(false),
  is_restricted: z.boolean().default(false),
  is_ultra_restricted: z.boolean().default(false),
  is_stranger: z.boolean().default(false),
  /** Missing for some kinds of token; false means that nobody proved the address. */
  is_email_confirmed: z.boolean().optional(),
  profile: z.object({ email: z.email().max(320).toLowerCase().optional().catch(undefined) }).default({}),
});
export type Member = z.output<typeof Member>;
