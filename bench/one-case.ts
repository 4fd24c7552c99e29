import { performance } from 'node:perf_hooks';
import { setTimeout as sleep } from 'node:timers/promises';
import { openWorld, policy } from '../test/world/engine-world.ts';
import { openJudge } from '../test/world/judge.ts';
import { judgedConnector } from '../test/world/judged-connector.ts';
import { median } from './figures.ts';

const targets = 30;
const latencyMs = 50;
const rounds = 20;

/**
 * One case of 30 target systems at 50 ms a call, from the decision to all proven, against its critical path: the same
 * look, act and look of all 30 side by side in a bare loop, measured in the same run.
 */
export async function benchOneCase(): Promise<void> {
  const judge = await openJudge(['dana'], latencyMs);
  const ids = Array.from({ length: targets }, (_, index) => `t${index}`);
  // Each target system is a process of its own in life; here one server plays them all and answers each for itself.
  const judges = await Promise.all(ids.map(() => openJudge(['dana'], latencyMs)));
  const connectors = ids.map((id, index) => {
    const connector = judgedConnector(id, judges[index]!.url);
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
  const product: number[] = [];
  for (let round = 0; round < rounds; round++) {
    for (const each of judges) each.reset(['dana']);
    bare.push(await bareLoop(judges.map(({ url }) => url)));
    for (const each of judges) each.reset(['dana']);
    product.push(await oneCase(world));
  }
  await Promise.all([judge, ...judges].map((each) => each.close()));

  const ratio = median(product) / median(bare);
  console.log(`one case, ${targets} targets at ${latencyMs} ms, decision to all proven, median of ${rounds}:`);
  console.log(
    `  product ${median(product).toFixed(0)} ms, bare look-act-look ${median(bare).toFixed(0)} ms, ratio ${ratio.toFixed(2)} (goal 1.25)`,
  );
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
