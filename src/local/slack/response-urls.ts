import { randomBytes } from 'node:crypto';
import { z } from 'zod';
import { judge } from './methods/chat.ts';
import { SlackRefusal } from './refusal.ts';
import { app, type Message } from './records.ts';
import type { Workspace } from './workspace.ts';

/** What a response_url answers to: somebody in a conversation, and the message that was pressed where there was one. */
export interface Origin {
  readonly userId: string;
  readonly channel: string;
  readonly ts?: string;
}

/** Also the shape of what an app may put into its acknowledgement of a slash command. */
const Response = z.object({
  text: z.string().optional(),
  blocks: z.unknown().optional(),
  response_type: z.enum(['ephemeral', 'in_channel']).default('ephemeral'),
  replace_original: z.boolean().default(false),
  delete_original: z.boolean().default(false),
  thread_ts: z.string().optional(),
});

/** Five uses in thirty minutes each (docs.slack.dev/interactivity/handling-user-interaction#message_responses). */
export function createResponseUrls(workspace: Workspace) {
  const open = new Map<string, { origin: Origin; at: number; uses: number }>();
  return {
    make(origin: Origin): string {
      const id = randomBytes(12).toString('hex');
      open.set(id, { origin, at: workspace.now(), uses: 0 });
      for (const [old, { at }] of open) if (workspace.now() - at > 1_800_000) open.delete(old);
      return id;
    },
    use(id: string, body: unknown): void {
      const entry = open.get(id);
      if (!entry || workspace.now() - entry.at > 1_800_000) throw new SlackRefusal('expired_url');
      if (entry.uses >= 5) throw new SlackRefusal('used_url');
      entry.uses += 1;
      respond(workspace, entry.origin, body);
    },
  };
}

/** Does what a response says: a new message, an ephemeral one, or a change of the one that was pressed. */
export function respond(workspace: Workspace, { userId, channel, ts }: Origin, body: unknown): void {
  const parsed = Response.safeParse(body);
  if (!parsed.success) throw new SlackRefusal('invalid_payload');
  const { response_type, replace_original, delete_original, thread_ts, ...content } = parsed.data;
  const original: Message | undefined = ts === undefined ? undefined : workspace.message(channel, ts);
  if (delete_original) {
    if (original) workspace.remove(original);
    return;
  }
  if (replace_original && original) {
    workspace.edit(original, judge(content, original));
    return;
  }
  workspace.post({
    channel,
    user: app.botUserId,
    ...judge(content),
    ...(response_type === 'ephemeral' ? { visibleTo: userId } : {}),
    ...(thread_ts === undefined ? {} : { threadTs: thread_ts }),
  });
}
