import { runLocal } from '#src/run-local.ts';

// The product in a process of its own, so that whoever presses does not share a core's time with it.
const running = await runLocal({ folder: process.argv[2] ?? '', port: 0, log: () => undefined });
console.log(
  JSON.stringify({
    page: running.page,
    eventsUrl: running.eventsUrl,
    signingSecret: running.world.secrets.signingSecret,
  }),
);
process.on('SIGTERM', () => {
  void running.close().then(() => process.exit(0));
});
