// Fields of forms: what stands in them, as the console wants it.

export const checkedIn = (set) => [...set.querySelectorAll('input:checked')].map(({ value }) => value);

/** Seconds since 1970 as a browser's field for date and time wants them: local, without a zone. */
export function localTime(seconds) {
  if (seconds === undefined) return '';
  const when = new Date(seconds * 1000);
  return new Date(when.getTime() - when.getTimezoneOffset() * 60_000).toISOString().slice(0, 16);
}

/** What stands in the fields below `root`, as the console wants it: by block id and action id. */
export function readFields(root) {
  const values = {};
  for (const node of root.querySelectorAll('[data-action]')) {
    const { block, action, kind } = node.dataset;
    (values[block] ??= {})[action] = valueOf(node, kind);
  }
  return values;
}

function valueOf(node, kind) {
  if (kind === 'radio_buttons') return checkedIn(node)[0] ?? null;
  if (node.matches('fieldset')) return checkedIn(node);
  if (kind === 'datetimepicker') return node.value ? Math.floor(new Date(node.value).getTime() / 1000) : null;
  return node.value === '' ? null : node.value;
}

/** Puts back what stood in the fields before a form was drawn anew. */
export function writeFields(root, values) {
  for (const node of root.querySelectorAll('[data-action]')) {
    const value = values[node.dataset.block]?.[node.dataset.action];
    if (value === undefined) continue;
    if (node.matches('fieldset'))
      for (const input of node.querySelectorAll('input')) input.checked = [value].flat().includes(input.value);
    else if (node.dataset.kind === 'datetimepicker') node.value = localTime(value ?? undefined);
    else node.value = value ?? '';
  }
}
