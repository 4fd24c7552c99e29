import { icon, make } from './make.js';
import { blocksOf } from './blocks.js';
import { readFields, writeFields } from './fields.js';

/** Keeps the form on the screen equal to the one that the person has open. */
export function createModal({ world, submit, press, close }) {
  let open = null;
  let left = '';

  function show(view) {
    // An answer that was on its way when somebody closed the form does not open it again.
    if (view?.id === left) return;
    if (open && (!view || view.id !== open.view.id)) shut();
    if (!view) return;
    if (open && open.view.hash === view.hash) return;
    if (open) draw(view);
    else start(view);
  }

  function start(view) {
    const dialog = make('dialog', { class: 'modal', oncancel: (event) => (event.preventDefault(), leave()) });
    open = { dialog, view };
    document.body.append(dialog);
    draw(view);
    dialog.showModal();
    dialog.querySelector('form input, form select, form textarea')?.focus();
  }

  function draw(view) {
    const { dialog } = open;
    const values = readFields(dialog);
    open.view = view;
    const place = {
      async press(element, blockId, value) {
        const { problem } = await press(view, element, blockId, value, readFields(dialog));
        mark(dialog, {}, problem);
      },
      change: (element, blockId, value) => {
        const block = view.blocks.find(({ block_id: id }) => id === blockId);
        if (block?.type !== 'input' || block.dispatch_action) void place.press(element, blockId, value);
      },
    };
    dialog.setAttribute('aria-label', view.title);
    dialog.replaceChildren(
      make(
        'form',
        { novalidate: true, onsubmit: (event) => (event.preventDefault(), send()) },
        make(
          'header',
          {},
          make('h2', {}, view.title),
          make('button', { type: 'button', class: 'plain', 'aria-label': 'Close', onclick: leave }, icon('close')),
        ),
        make('div', { class: 'body blocks' }, blocksOf(view.blocks, world, place)),
        make(
          'footer',
          { class: 'row end' },
          make('p', { class: 'error', role: 'alert', hidden: true }),
          make('button', { type: 'button', class: 'button', onclick: leave }, view.close ?? 'Cancel'),
          view.submit && make('button', { type: 'submit', class: 'button primary' }, view.submit),
        ),
      ),
    );
    writeFields(dialog, values);
  }

  async function send() {
    const { dialog, view } = open;
    const button = dialog.querySelector('[type=submit]');
    if (!button || button.hasAttribute('aria-busy')) return;
    button.setAttribute('aria-busy', 'true');
    const { errors = {}, problem } = await submit(view, readFields(dialog));
    button.removeAttribute('aria-busy');
    mark(dialog, errors, problem);
  }

  async function leave() {
    const { view } = open;
    left = view.id;
    shut();
    await close(view);
    left = '';
  }

  function shut() {
    open.dialog.close();
    open.dialog.remove();
    open = null;
  }

  return show;
}

/** Says under each field what is wrong with it, and goes to the first. */
function mark(dialog, errors, problem) {
  for (const node of dialog.querySelectorAll('.block.input')) {
    const line = node.querySelector('.error');
    const error = errors[node.dataset.blockId];
    line.hidden = error === undefined;
    line.textContent = error ?? '';
    const field = node.querySelector('input, select, textarea');
    if (error === undefined) field?.removeAttribute('aria-invalid');
    else field?.setAttribute('aria-invalid', 'true');
  }
  const general = dialog.querySelector('footer .error');
  if (general) {
    general.hidden = problem === undefined;
    general.textContent = problem ?? '';
  }
  if (Object.keys(errors).length > 0) dialog.querySelector('[aria-invalid]')?.focus();
}
