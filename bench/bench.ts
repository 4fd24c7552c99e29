import { availableParallelism, cpus, loadavg } from 'node:os';
import { benchAck } from './ack.ts';
import { benchOneCase } from './one-case.ts';
import { benchStart } from './start.ts';

// Ratios of one run on one machine; absolute times say little where others work on it too.
console.log(
  `${availableParallelism()} cores (${cpus()[0]?.model ?? 'unknown'}), load ${loadavg()[0]?.toFixed(1)}, Node ${process.version}\n`,
);
for (const bench of [benchOneCase, benchAck, benchStart]) {
  await bench();
  console.log('');
}
await import('./store.ts');
// Parts keep idle connections open; everything was measured and put away.
process.exit(0);
