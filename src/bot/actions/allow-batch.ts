import { batchKey } from '../cards.ts';
import type { ActionHandler } from '../requests.ts';
import { once } from './decision.ts';
import { outdated, provenOn } from './pressed.ts';

/** Allow all…, after its confirm dialog: one of the yeses that a held batch needs. */
export const allowBatch: ActionHandler = async (request, desk) => {
  const { actor } = request;
  const sealed = await provenOn(request, desk, ({ caseId: batchId }) => batchKey(batchId));
  if (!sealed) return;
  const batchId = sealed.caseId;
  const batch = await desk.engine.batch(batchId);
  // Whoever said yes saw so many people; more since then is another question.
  if (!batch || String(batch.caseIds.length) !== sealed.ref) return outdated(request, desk, batchKey(batchId));
  await once(request, desk, {
    key: ['batch', batchId],
    card: batchKey(batchId),
    act: () => desk.engine.allowBatch({ batchId, by: actor.identity.id }),
  });
};
