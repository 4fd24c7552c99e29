import { elementsOf, isJson } from '../slack/limits.ts';
import { app, type Json, type Message, type View } from '../slack/records.ts';
import { blocksOf, sees, type Workspace } from '../slack/workspace.ts';

/** The conversations of a member, with the time stamp of the newest message that they see in each. */
export function conversationsOf(workspace: Workspace, slackId: string): readonly Json[] {
  return workspace.conversationsOf(slackId).map((id) => {
    const channel = workspace.channel(id);
    const latest = messagesOf(workspace, slackId, id).at(-1)?.ts;
    return {
      id,
      name: channel?.name ?? 'Exeunt',
      kind: channel ? (channel.isPrivate ? 'private' : 'public') : 'direct',
      ...(latest === undefined ? {} : { latest }),
    };
  });
}

export function messagesOf(workspace: Workspace, slackId: string, channel: string): readonly Message[] {
  return workspace.messagesIn(channel).filter((message) => sees(workspace, slackId, message));
}

/** A message as the console gives it out. */
export function messageShown(workspace: Workspace, message: Message): Json {
  const { ts, channel, user, text, blocks = [], threadTs, visibleTo, editedTs, fileIds = [] } = message;
  const name = user === app.botUserId ? 'Exeunt' : (workspace.member(user)?.name ?? 'Somebody');
  return {
    ts,
    channel,
    from: { id: user, name, isBot: user === app.botUserId },
    text,
    blocks,
    onlyYou: visibleTo !== undefined,
    edited: editedTs !== undefined,
    ...(threadTs === undefined ? {} : { thread: threadTs }),
    files: fileIds.flatMap((id) => {
      const file = workspace.file(id);
      return file ? [{ id, name: file.name, title: file.title ?? file.name, length: file.length }] : [];
    }),
    buttons: buttonsOf(blocks),
  };
}

/** What can be pressed, flat, for callers that do not want to walk through blocks. */
function buttonsOf(blocks: readonly Json[]): readonly Json[] {
  return blocks.flatMap((block) =>
    block['type'] === 'input'
      ? []
      : elementsOf(block)
          .filter((element) => element['action_id'] !== undefined)
          .map((element) => ({
            type: element['type'],
            actionId: element['action_id'],
            blockId: block['block_id'],
            text: textOf(element['text'] ?? element['placeholder']),
            ...(element['style'] === undefined ? {} : { style: element['style'] }),
            ...(element['value'] === undefined ? {} : { value: element['value'] }),
            ...(element['options'] === undefined ? {} : { options: element['options'] }),
            ...(element['confirm'] === undefined ? {} : { confirm: element['confirm'] }),
          })),
  );
}

/** A form, with its fields flat beside its blocks. */
export function viewShown(view: View): Json {
  const blocks = blocksOf(view.view);
  return {
    id: view.id,
    hash: view.hash,
    title: textOf(view.view['title']),
    submit: view.view['submit'] ? textOf(view.view['submit']) : null,
    close: view.view['close'] ? textOf(view.view['close']) : null,
    blocks,
    fields: blocks.flatMap((block) =>
      isJson(block['element'])
        ? [
            {
              blockId: block['block_id'],
              actionId: block['element']['action_id'],
              type: block['element']['type'],
              label: textOf(block['label']),
              optional: block['optional'] === true,
              ...(block['element']['options'] === undefined ? {} : { options: block['element']['options'] }),
            },
          ]
        : [],
    ),
    buttons: buttonsOf(blocks),
  };
}

function textOf(value: unknown): unknown {
  return isJson(value) ? value['text'] : '';
}
