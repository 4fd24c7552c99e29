import { expect, it } from 'vitest';
import type { Connector } from '#engine/connectors/connector.ts';
import { memory, type MemoryAccount } from '#engine/connectors/memory.ts';
import { openWorld } from '../world/engine-world.ts';

function accounts(): Map<string, MemoryAccount> {
  const account = {
    id: 'id-dana',
    handle: 'dana',
    email: 'dana@acme.example',
    status: 'active' as const,
    sessions: 1,
    tokens: [],
    entitlements: [],
  };
  return new Map([[account.id, account]]);
}

it('goes on from the record when the durable engine has lost its disk, whatever the case waits for', async () => {
  const kept = accounts();
  await using world = await openWorld({ connectors: [memory('portal', kept)] });
  const caseId = await world.open();
  const phase = async () => (await world.engine.case(caseId))?.phase;
  await expect.poll(phase).toBe('awaitingApproval');

  await world.loseEngineDisk();
  await world.approve(caseId);
  await expect.poll(phase).toBe('awaitingDeletion');

  await world.loseEngineDisk();
  await world.approve(caseId);
  await expect.poll(phase).toBe('done');
  expect(kept.size).toBe(0);
}, 40_000);

it('runs a wave again that was under way when the disk was lost', async () => {
  const kept = accounts();
  const inner = memory('portal', kept);
  let calls = 0;
  const slow: Connector = {
    ...inner,
    operations: {
      ...inner.operations,
      async suspend(input) {
        // The first call never comes back: the engine that waited for it is gone.
        if (++calls === 1)
          await new Promise((_resolve, reject) =>
            input.signal.addEventListener('abort', () => reject(input.signal.reason)),
          );
        await inner.operations.suspend?.(input);
      },
    },
  };
  await using world = await openWorld({ connectors: [slow] });
  const caseId = await world.open();
  const phase = async () => (await world.engine.case(caseId))?.phase;
  await expect.poll(phase).toBe('awaitingApproval');
  await world.approve(caseId);
  await expect.poll(() => calls).toBe(1);

  await world.loseEngineDisk();

  await expect.poll(phase).toBe('awaitingDeletion');
  expect(kept.get('id-dana')?.status).toBe('suspended');
}, 40_000);
