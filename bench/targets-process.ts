import { openJudge } from '../test/world/judge.ts';

const [count = 0, latencyMs = 0] = process.argv.slice(2).map(Number);
const judges = await Promise.all(Array.from({ length: count }, () => openJudge(['dana'], latencyMs)));

process.on('message', () => {
  const longestMs = Math.max(...judges.map((judge) => judge.servedMs()));
  for (const judge of judges) judge.reset(['dana']);
  process.send?.({ longestMs });
});
// Nobody measures any more.
process.on('disconnect', () => process.exit(0));
process.send?.({ urls: judges.map(({ url }) => url) });
