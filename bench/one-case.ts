import { performance } from 'node:perf_hooks';
import { setTimeout as sleep } from 'node:timers/promises';
import { openWorld, policy } from '../test/world/engine-world.ts';
import { judgedConnector } from '../test/world/judged-connector.ts';
import { median } from './figures.ts';
import { openTargets } from './targets.ts';

const targets = 30;
const latencyMs = 50;
const rounds = 20;

/**
 * One case of 30 target systems at 50 ms a call, from the decision to all proven, against its critical path: the time that
 * the slowest target system itself worked on its look, act and look. Beside it the same calls in a bare loop of this run.
 */
export async function benchOneCase(): Promise<void> {
  using systems = await openTargets(targets, latencyMs);
  const connectors = systems.urls.map((url, index) => {
    const connector = judgedConnector(`t${index}`, url);
    return {
      ...connector,
      operations: { suspend: connector.operations.suspend!, unsuspend: connector.operations.suspend! },
    };
  });
  await using world = await openWorld({
    connectors,
    policy: { ...policy, breaker: { ...policy.breaker, people: 1_000 } },
  });

  const bare: number[] = [];
  const path: number[] = [];
  const product: number[] = [];
  for (let round = 0; round < rounds; round++) {
    await systems.reset();
    bare.push(await bareLoop(systems.urls));
    path.push(await systems.reset());
    product.push(await oneCase(world));
  }

  const over = (other: readonly number[]) => (median(product) / median(other)).toFixed(2);
  console.log(`one case, ${targets} targets at ${latencyMs} ms, decision to all proven, median of ${rounds}:`);
  console.log(
    `  product ${median(product).toFixed(0)} ms, critical path ${median(path).toFixed(0)} ms, ratio ${over(path)} (goal 1.25)`,
  );
  console.log(`  bare look-act-look ${median(bare).toFixed(0)} ms, ratio ${over(bare)}`);
  console.log(`  physical limit: 3 calls of ${latencyMs} ms one after the other = ${3 * latencyMs} ms`);
}

async function bareLoop(urls: readonly string[]): Promise<number> {
  const begun = performance.now();
  await Promise.all(
    urls.map(async (url) => {
      await (await fetch(`${url}/look/dana`)).json();
      await (await fetch(`${url}/act/dana/suspend`, { method: 'POST' })).json();
      await (await fetch(`${url}/look/dana`)).json();
    }),
  );
  return performance.now() - begun;
}

async function oneCase(world: Awaited<ReturnType<typeof openWorld>>): Promise<number> {
  const caseId = await world.open();
  const state = async () => (await world.engine.case(caseId))!;
  while ((await state()).phase !== 'awaitingApproval') await sleep(20);
  const approvalId = (await state()).offboarding.state.approval!.id;

  const begun = performance.now();
  const proven = world.proven(caseId, targets);
  await world.engine.decide({ caseId, approvalId, verdict: 'approved', by: 'sec' });
  await proven;
  const taken = performance.now() - begun;

  while (!(await state()).closed) await sleep(20);
  return taken;
}
