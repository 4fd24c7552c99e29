import { batchCopyKey, batchKey } from '../card-keys.ts';
import type { ActionHandler } from '../requests.ts';
import { once } from './decision.ts';
import { outdated, provenOn } from './pressed.ts';

/** Allow all…, after its confirm dialog: one of the yeses that a held batch needs. */
export const allowBatch: ActionHandler = async (request, desk) => {
  const { actor } = request;
  const pressed = await provenOn(request, desk, ({ caseId: batchId }) => [
    batchKey(batchId),
    batchCopyKey(batchId, actor.identity.id),
  ]);
  if (!pressed) return;
  const { caseId: batchId, key } = pressed;
  const batch = await desk.engine.batch(batchId);
  // Whoever said yes saw so many people; more since then is another question.
  if (!batch || String(batch.caseIds.length) !== pressed.ref) return outdated(request, desk, key);
  await once(request, desk, {
    key: ['batch', batchId],
    card: batchKey(batchId),
    act: () => desk.engine.allowBatch({ batchId, by: actor.identity.id }),
  });
};
