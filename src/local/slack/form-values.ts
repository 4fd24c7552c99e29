import { z } from 'zod';
import { isJson } from './limits.ts';
import type { Json } from './records.ts';

/** What somebody put into a field: text, a number of seconds, the value of an option, several of them, nothing. */
const FieldValue = z.union([z.string().max(10_000), z.number(), z.array(z.string().max(3000)).max(100), z.null()]);
type FieldValue = z.output<typeof FieldValue>;
export const FieldValues = z.record(z.string(), z.record(z.string(), FieldValue));
export type FieldValues = z.output<typeof FieldValues>;

export interface FormState {
  /** `view.state.values` in Slack's shape. */
  readonly values: Json;
  /** What Slack's own client says under a field before it sends anything; by block id. */
  readonly errors: Readonly<Record<string, string>>;
}

/** Puts what was filled in into Slack's shape. `toMemberId` reads a person as people name them. */
export function formState(
  blocks: readonly Json[],
  filled: FieldValues,
  toMemberId: (text: string) => string | undefined,
): FormState {
  const values: Record<string, Record<string, unknown>> = {};
  const errors: Record<string, string> = {};
  for (const block of blocks) {
    const blockId = String(block['block_id']);
    for (const element of fieldsOf(block)) {
      const actionId = String(element['action_id']);
      const given = filled[blockId]?.[actionId];
      const field = fieldState(element, given, toMemberId);
      (values[blockId] ??= {})[actionId] = field.state;
      const missing = field.empty && block['type'] === 'input' && block['optional'] !== true;
      const error = field.error ?? (missing ? 'Please complete this required field.' : undefined);
      if (error !== undefined) errors[blockId] = error;
    }
  }
  return { values, errors };
}

function fieldsOf(block: Json): readonly Json[] {
  const list = block['type'] === 'actions' && Array.isArray(block['elements']) ? block['elements'] : [];
  return [block['element'], block['accessory'], ...list]
    .filter(isJson)
    .filter((element) => !['button', 'overflow', 'image'].includes(String(element['type'])));
}

interface Field {
  readonly state: Json;
  readonly empty: boolean;
  readonly error?: string;
}

function fieldState(
  element: Json,
  given: FieldValue | undefined,
  toMemberId: (text: string) => string | undefined,
): Field {
  const type = String(element['type']);
  const one = (name: string, value: unknown): Field => ({
    state: { type, [name]: value ?? null },
    empty: value == null,
  });
  const many = (name: string, value: readonly unknown[]): Field => ({
    state: { type, [name]: value },
    empty: value.length === 0,
  });
  const wrong = (field: Field, error: string): Field => ({ ...field, error });

  switch (type) {
    case 'static_select':
    case 'radio_buttons': {
      if (given === undefined) return one('selected_option', element['initial_option']);
      if (given === null || given === '') return one('selected_option', undefined);
      const option = optionsOf(element).find(({ value }) => value === given);
      const field = one('selected_option', option);
      return option ? field : wrong(field, 'Please choose one of the offered options.');
    }
    case 'checkboxes':
    case 'multi_static_select': {
      if (given === undefined) return many('selected_options', listOf(element['initial_options']));
      const wanted = asList(given);
      const found = optionsOf(element).filter(({ value }) => wanted.includes(String(value)));
      const field = many('selected_options', found);
      return found.length === wanted.length ? field : wrong(field, 'Please choose among the offered options.');
    }
    case 'users_select': {
      if (given === undefined) return one('selected_user', element['initial_user']);
      if (given === null || given === '') return one('selected_user', undefined);
      const id = toMemberId(String(given));
      return id ? one('selected_user', id) : wrong(one('selected_user', undefined), 'Nobody here has this name.');
    }
    case 'multi_users_select': {
      if (given === undefined) return many('selected_users', listOf(element['initial_users']));
      const ids = asList(given).map(toMemberId);
      const field = many('selected_users', ids.filter(Boolean));
      return ids.every(Boolean) ? field : wrong(field, 'Nobody here has this name.');
    }
    case 'datetimepicker': {
      if (given === undefined) return one('selected_date_time', element['initial_date_time']);
      if (given === null || given === '') return one('selected_date_time', undefined);
      const seconds = typeof given === 'number' ? given : Math.floor(Date.parse(String(given)) / 1000);
      if (Number.isInteger(seconds)) return one('selected_date_time', seconds);
      return wrong(one('selected_date_time', undefined), 'Please enter a date and a time.');
    }
    case 'datepicker':
      return one('selected_date', given === undefined ? element['initial_date'] : given || undefined);
    case 'timepicker':
      return one('selected_time', given === undefined ? element['initial_time'] : given || undefined);
    case 'conversations_select':
      return one('selected_conversation', given === undefined ? element['initial_conversation'] : given || undefined);
    default:
      return written(element, one('value', given === undefined ? element['initial_value'] : textOf(given)));
  }
}

function written(element: Json, field: Field): Field {
  const { value } = field.state;
  const text = typeof value === 'string' ? value : '';
  const most = Number(element['max_length'] ?? 3000);
  const least = Number(element['min_length'] ?? 0);
  if (text.length > most) return { ...field, error: `Please use no more than ${most} characters.` };
  if (!field.empty && text.length < least) return { ...field, error: `Please use at least ${least} characters.` };
  return field;
}

export function optionsOf(element: Json): readonly Json[] {
  const groups = listOf(element['option_groups']).filter(isJson);
  return [...listOf(element['options']), ...groups.flatMap((group) => listOf(group['options']))].filter(isJson);
}

const textOf = (value: FieldValue) => (value === null || value === '' ? undefined : String(value));
const listOf = (value: unknown): readonly unknown[] => (Array.isArray(value) ? value : []);
const asList = (value: FieldValue): readonly string[] =>
  Array.isArray(value) ? value : value === null || value === '' ? [] : [String(value)];
