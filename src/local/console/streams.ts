import type { ServerResponse } from 'node:http';
import type { Workspace } from '../slack/workspace.ts';

/** Tells open pages that something changed. They ask for what, so that a lost event costs nothing. */
export function createStreams(workspace: Workspace) {
  const open = new Map<ServerResponse, string | undefined>();
  const stop = workspace.onChange(({ kind, channel, userId }) => {
    for (const [response, slackId] of open) {
      // Somebody else's private message or form is not even hinted at.
      if (slackId !== undefined && userId !== undefined && userId !== slackId) continue;
      if (slackId !== undefined && channel && !workspace.conversationsOf(slackId).includes(channel)) continue;
      response.write(`event: changed\ndata: ${JSON.stringify({ kind, ...(channel ? { channel } : {}) })}\n\n`);
    }
  });
  const beat = setInterval(() => {
    for (const response of open.keys()) response.write(': still here\n\n');
  }, 15_000);
  beat.unref();

  return {
    /** Keeps a response open; `slackId` limits it to what that member can see. */
    open(response: ServerResponse, slackId: string | undefined): void {
      response.writeHead(200, { 'content-type': 'text/event-stream; charset=utf-8', 'cache-control': 'no-store' });
      response.write('retry: 1000\n\n');
      open.set(response, slackId);
      response.on('close', () => open.delete(response));
    },
    close(): void {
      stop();
      clearInterval(beat);
      for (const response of open.keys()) response.end();
    },
  };
}
