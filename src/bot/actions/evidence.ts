import { evidenceSummary } from '../messages/answers.ts';
import { sentence } from '../messages/text.ts';
import type { ActionHandler, Actor, Desk } from '../requests.ts';
import { mayRead, noSuchCase } from '../rights.ts';
import type { Reply } from '../reply.ts';
import { pressedOn } from './pressed.ts';

/** Evidence: the file goes to the person's direct messages. */
export const sendEvidence: ActionHandler = async (request, desk) => {
  const pressed = await pressedOn(request, desk);
  if (!pressed) return;
  if (!(await mayRead(desk.engine, request.actor, pressed.view))) return request.reply.say(noSuchCase);
  await deliverEvidence(request, desk, pressed.view.id);
};

/** Uploads a case's audit trail for somebody who was found to be allowed to read it, and says what it holds. */
export async function deliverEvidence(
  { actor, reply }: { readonly actor: Actor; readonly reply: Reply },
  desk: Desk,
  caseId: string,
): Promise<void> {
  const evidence = await desk.engine.evidence(caseId);
  if (!evidence) return reply.say(noSuchCase);
  // Writing to a person gives the id of the direct conversation, which an upload needs (files.completeUploadExternal).
  const { channel } = await desk.slack.chat.postMessage({
    channel: actor.userId,
    ...sentence(
      `The evidence of case ${caseId} follows as a file. It holds personal data: keep it where such files belong.`,
    ),
    unfurl_links: false,
    unfurl_media: false,
  });
  if (!channel) throw new Error('bot: evidence: Slack did not say where the direct message is; nothing was uploaded.');
  await desk.slack.filesUploadV2({
    channel_id: channel,
    filename: `evidence-${caseId}.json`,
    title: `Evidence of case ${caseId}`,
    file: Buffer.from(`${JSON.stringify(evidence, undefined, 2)}\n`, 'utf8'),
  });
  await reply.say(evidenceSummary(evidence));
}
