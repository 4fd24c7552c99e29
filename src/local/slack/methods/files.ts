import { z } from 'zod';
import { SlackRefusal } from '../refusal.ts';
import { app } from '../records.ts';
import { conversation, JsonArgument, read, type Methods } from './method.ts';

/** Larger files are refused, so that the local world stays small. In bytes. */
export const mostBytes = 10_000_000;

/** The two calls around an upload (docs.slack.dev/messaging/working-with-files). The bytes go to `/upload/<file id>`. */
export const fileMethods: Methods = {
  'files.getUploadURLExternal': (args, workspace, origin) => {
    const { filename, length } = read(
      z.object({ filename: z.string().min(1).max(255), length: z.coerce.number().int().positive().max(mostBytes) }),
      args,
    );
    const id = workspace.nextFileId();
    workspace.setFile({ id, name: filename, length, shared: false });
    return { upload_url: `${origin}/upload/${id}`, file_id: id };
  },
  'files.completeUploadExternal': (args, workspace) => {
    const input = read(
      z.object({
        files: JsonArgument.pipe(z.array(z.object({ id: z.string(), title: z.string().optional() })).min(1)),
        channel_id: z.string().optional(),
        thread_ts: z.string().optional(),
        initial_comment: z.string().optional(),
      }),
      args,
    );
    const uploaded = input.files.map(({ id, title }) => {
      const file = workspace.file(id);
      if (!file?.content) throw new SlackRefusal('file_not_found');
      return { ...file, title: title ?? file.name, shared: true };
    });
    const where = input.channel_id === undefined ? undefined : conversation(workspace, input.channel_id);
    for (const file of uploaded) workspace.setFile(file);
    if (where)
      workspace.post({
        channel: where.id,
        user: app.botUserId,
        text: input.initial_comment ?? '',
        fileIds: uploaded.map(({ id }) => id),
        ...(input.thread_ts === undefined ? {} : { threadTs: input.thread_ts }),
      });
    return { files: uploaded.map(({ id, title, name, length }) => ({ id, title, name, size: length })) };
  },
};
