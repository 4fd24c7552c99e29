import { z } from 'zod';
import type { Json } from './records.ts';
import { Block, type Surface } from './block-shapes.ts';

/** What Slack says of blocks that it does not take: one line a fault, empty when they are fine. */
export function faultsOfBlocks(blocks: unknown, surface: Surface, root = ''): readonly string[] {
  const most = surface === 'message' ? 50 : 100;
  if (!Array.isArray(blocks)) return [`[ERROR] must be an array [json-pointer:${root}/blocks]`];
  if (blocks.length > most) return [`[ERROR] no more than ${most} items allowed [json-pointer:${root}/blocks]`];
  return [
    ...blocks.flatMap((block: unknown, index) => faultsOfBlock(block, surface, `${root}/blocks/${index}`)),
    ...repeated(blocks, root),
  ];
}

function faultsOfBlock(block: unknown, surface: Surface, pointer: string): readonly string[] {
  const parsed = Block.safeParse(block);
  if (!parsed.success) return parsed.error.issues.map((issue) => line(issue, pointer));
  if (surface !== 'message' && messageOnly.has(parsed.data.type))
    return [`[ERROR] unsupported type: ${parsed.data.type} [json-pointer:${pointer}/type]`];
  return [];
}

/** Blocks that Slack shows in messages only (Block Kit reference, "Surfaces" of each block). */
const messageOnly = new Set(['table', 'markdown', 'data_visualization']);

function line(issue: z.core.$ZodIssue, pointer: string): string {
  const where = [pointer, ...issue.path.map(String)].join('/');
  const unknown =
    issue.code === 'unrecognized_keys' ? `invalid additional property: ${issue.keys.join(', ')}` : undefined;
  return `[ERROR] ${unknown ?? issue.message} [json-pointer:${where}]`;
}

/** A block id may stand once in a message or view, an action id once in a block. */
function repeated(blocks: readonly unknown[], root: string): readonly string[] {
  const seen = new Set<string>();
  return blocks.flatMap((block, index) => {
    const faults: string[] = [];
    const id = isJson(block) ? block['block_id'] : undefined;
    if (typeof id === 'string' && seen.has(id))
      faults.push(`[ERROR] block_id already exists: ${id} [json-pointer:${root}/blocks/${index}/block_id]`);
    if (typeof id === 'string') seen.add(id);
    const actionIds = elementsOf(block).flatMap((element) =>
      typeof element['action_id'] === 'string' ? [element['action_id']] : [],
    );
    const twice = actionIds.find((actionId, at) => actionIds.indexOf(actionId) !== at);
    if (twice !== undefined)
      faults.push(`[ERROR] action_id already exists: ${twice} [json-pointer:${root}/blocks/${index}/elements]`);
    return faults;
  });
}

/** The interactive elements of a block, wherever they hang. */
export function elementsOf(block: unknown): readonly Json[] {
  if (!isJson(block)) return [];
  const list = Array.isArray(block['elements']) ? block['elements'] : [];
  return [...list, block['accessory'], block['element']].filter(isJson);
}

export function isJson(value: unknown): value is Json {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

/** All blocks of one message together; the ceiling was measured by others (slackapi/bolt-js issue 2509). */
export const mostCharactersInBlocks = 13_200;
/** Longer text is cut by Slack (chat.postMessage reference). */
export const mostCharactersInText = 40_000;

const plain = (most: number) =>
  z.strictObject({ type: z.literal('plain_text'), text: z.string().min(1).max(most), emoji: z.boolean().optional() });

const common = {
  blocks: z.array(z.unknown()),
  private_metadata: z.string().max(3000).optional(),
  callback_id: z.string().max(255).optional(),
  external_id: z.string().max(255).optional(),
};
const Modal = z.strictObject({
  type: z.literal('modal'),
  title: plain(24),
  submit: plain(24).optional(),
  close: plain(24).optional(),
  clear_on_close: z.boolean().optional(),
  notify_on_close: z.boolean().optional(),
  submit_disabled: z.boolean().optional(),
  ...common,
});
const HomeTab = z.strictObject({ type: z.literal('home'), ...common });

/** What Slack says of a view that it does not take. `surface` is where the app wants to show it. */
export function faultsOfView(view: unknown, surface: 'modal' | 'home'): readonly string[] {
  const parsed = (surface === 'modal' ? Modal : HomeTab).safeParse(view);
  if (!parsed.success) return parsed.error.issues.map((issue) => line(issue, '/view'));
  const { data } = parsed;
  const asks = data.blocks.some((block) => isJson(block) && block['type'] === 'input');
  if (data.type === 'modal' && asks && !data.submit)
    return ['[ERROR] missing required field: submit [json-pointer:/view]'];
  if (JSON.stringify(view).length > 250_000) return ['[ERROR] view is larger than 250 kB [json-pointer:/view]'];
  return faultsOfBlocks(data.blocks, surface, '/view');
}

/** Gives each block and element the id that Slack gives where the app left it out. */
export function withIds(blocks: readonly Json[], makeId: () => string): readonly Json[] {
  const named = (element: unknown) =>
    isJson(element) && interactive.has(String(element['type'])) && element['action_id'] === undefined
      ? { ...element, action_id: makeId() }
      : element;
  return blocks.map((block) => ({
    ...block,
    block_id: block['block_id'] ?? makeId(),
    ...(Array.isArray(block['elements']) ? { elements: block['elements'].map(named) } : {}),
    ...(block['accessory'] === undefined ? {} : { accessory: named(block['accessory']) }),
    ...(block['element'] === undefined ? {} : { element: named(block['element']) }),
  }));
}

const interactive = new Set([
  'button',
  'overflow',
  'checkboxes',
  'radio_buttons',
  'static_select',
  'multi_static_select',
  'users_select',
  'multi_users_select',
  'conversations_select',
  'datepicker',
  'timepicker',
  'datetimepicker',
  'plain_text_input',
  'email_text_input',
  'url_text_input',
  'number_input',
]);
