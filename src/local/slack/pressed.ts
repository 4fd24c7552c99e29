import { elementsOf, isJson } from './limits.ts';
import { optionsOf } from './form-values.ts';
import { NotPossible } from './not-possible.ts';
import type { Json } from './records.ts';
import type { Workspace } from './workspace.ts';

/** What was pressed: an element with what was chosen in it. */
export interface Pressed {
  readonly blockId: string;
  readonly element: Json;
  readonly chosen: Json;
}

/** Finds what somebody means among the blocks that they see. Refuses to guess. */
export function findPressed(
  workspace: Workspace,
  blocks: unknown,
  { actionId, blockId, value }: { actionId: string; blockId?: string | undefined; value?: string | undefined },
): Pressed {
  const found = (Array.isArray(blocks) ? blocks : [])
    .filter(isJson)
    .filter((block) => blockId === undefined || block['block_id'] === blockId)
    .flatMap((block) => elementsOf(block).map((element) => ({ blockId: String(block['block_id']), element })))
    .filter(({ element }) => element['action_id'] === actionId)
    // Two buttons in different blocks may share an action id and differ in their values.
    .filter(({ element }, _index, all) => all.length === 1 || value === undefined || element['value'] === value);
  const [only] = found;
  if (!only) throw new NotPossible('action_not_found', 'There is no such button now. Look at the message again.');
  if (found.length > 1)
    throw new NotPossible('action_ambiguous', 'Several buttons have this action id. Say which by blockId or value.');
  return { ...only, chosen: chosenIn(workspace, only.element, value) };
}

function chosenIn(workspace: Workspace, element: Json, value: string | undefined): Json {
  const type = String(element['type']);
  if (type === 'button') return {};
  if (type === 'users_select') {
    if (value === undefined || !workspace.member(value))
      throw new NotPossible('option_not_found', 'Say which person by value, a Slack id.');
    return { selected_user: value };
  }
  const many = type === 'checkboxes' || type === 'multi_static_select';
  if (many) {
    const wanted = new Set((value ?? '').split(',').filter(Boolean));
    return { selected_options: optionsOf(element).filter((option) => wanted.has(String(option['value']))) };
  }
  if (type === 'datepicker') return { selected_date: value ?? null };
  if (type === 'datetimepicker') return { selected_date_time: value === undefined ? null : Number(value) };
  const option = optionsOf(element).find((each) => each['value'] === value);
  if (!option) throw new NotPossible('option_not_found', 'The menu has no such option. Say one of its values.');
  return { selected_option: option };
}
