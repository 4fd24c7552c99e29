import type { Workspace } from './workspace.ts';

/** Notes what a member can see changing, and waits until nothing has changed for a moment. */
export function watchFor(workspace: Workspace, userId: string) {
  const touched = new Set<string>();
  let lastChange: number | undefined;
  const stop = workspace.onChange((change) => {
    if (change.kind === 'message') {
      const mine = change.userId === undefined || change.userId === userId;
      if (!mine || !workspace.conversationsOf(userId).includes(change.channel ?? '')) return;
      touched.add(`${change.channel}/${change.ts}`);
    } else if (change.userId !== userId) return;
    lastChange = Date.now();
  });
  return {
    stop,
    messages: () =>
      [...touched].flatMap((key) => {
        const [channel = '', ts = ''] = key.split('/');
        const message = workspace.message(channel, ts);
        return message ? [message] : [];
      }),
    async settled(patienceMs: number): Promise<void> {
      const until = Date.now() + patienceMs;
      while (Date.now() < until) {
        if (lastChange !== undefined && Date.now() - lastChange > 150) return;
        await new Promise((resolve) => setTimeout(resolve, 20));
      }
    },
  };
}
