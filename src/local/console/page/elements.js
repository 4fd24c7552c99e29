import { icon, make } from './make.js';
import { checkedIn, localTime } from './fields.js';
import { confirmed } from './confirm.js';
import { link, textOf } from './marked.js';

/**
 * An element of Block Kit. `place.press(element, blockId, value)` sends what was pressed; in a form, fields only keep
 * what was put into them and are read by `readFields`.
 */
export function elementOf(element, blockId, world, place) {
  const maker = makers[element.type];
  if (!maker) return make('span', { class: 'unknown' }, `[${element.type}]`);
  const node = maker(element, blockId, world, place);
  const field = node.matches('input, select, textarea, fieldset')
    ? node
    : node.querySelector('input, select, textarea');
  if (field && element.type !== 'button') {
    node.dataset.block = blockId;
    node.dataset.action = element.action_id;
    node.dataset.kind = element.type;
  }
  return node;
}

/** What stays the same when a button is drawn anew: what it does, and to what. */
export function pressName({ action_id: actionId, value = '' }) {
  return `${actionId} ${value}`;
}

const makers = {
  button(element, blockId, world, place) {
    const press = async (event) => {
      const { currentTarget } = event;
      if (currentTarget.hasAttribute('aria-busy')) return;
      if (element.confirm && !(await confirmed(element.confirm, world))) return;
      // Not `disabled`: that would take the focus away from whoever works by keyboard.
      currentTarget.setAttribute('aria-busy', 'true');
      try {
        await place.press(element, blockId, element.value);
      } finally {
        currentTarget.removeAttribute('aria-busy');
      }
    };
    const button = make(
      'button',
      {
        type: 'button',
        class: `button ${element.style ?? ''}`,
        'aria-label': element.accessibility_label,
        'data-press': pressName(element),
        onclick: press,
      },
      textOf(element.text, world),
    );
    if (!element.url) return button;
    const opened = link(element.url, element.text.text, world);
    if (opened instanceof HTMLElement) opened.className = `button ${element.style ?? ''}`;
    return opened instanceof HTMLElement ? opened : button;
  },
  overflow(element, blockId, world, place) {
    const list = make('div', { class: 'menu', role: 'menu', hidden: true });
    const opener = make(
      'button',
      {
        type: 'button',
        class: 'button square',
        'aria-haspopup': 'menu',
        'aria-expanded': 'false',
        'aria-label': 'More actions',
        onclick: () => show(list.hidden),
      },
      icon('more'),
    );
    const show = (open) => {
      list.hidden = !open;
      opener.setAttribute('aria-expanded', String(open));
      if (open) list.firstElementChild?.focus();
    };
    const choose = async (option) => {
      show(false);
      opener.focus();
      if (element.confirm && !(await confirmed(element.confirm, world))) return;
      await place.press(element, blockId, option.value);
    };
    list.append(
      ...element.options.map((option) =>
        make('button', { type: 'button', role: 'menuitem', onclick: () => choose(option) }, textOf(option.text, world)),
      ),
    );
    const move = (event) => {
      if (event.key === 'Escape' && !list.hidden) {
        event.stopPropagation();
        show(false);
        opener.focus();
      }
      if (event.key !== 'ArrowDown' && event.key !== 'ArrowUp') return;
      event.preventDefault();
      if (list.hidden) return show(true);
      const items = [...list.children];
      const at = items.indexOf(document.activeElement);
      items[(at + (event.key === 'ArrowDown' ? 1 : -1) + items.length) % items.length].focus();
    };
    return make(
      'span',
      {
        class: 'overflow',
        onkeydown: move,
        onfocusout: (event) => !event.currentTarget.contains(event.relatedTarget) && show(false),
      },
      opener,
      list,
    );
  },
  static_select: (element, blockId, world, place) =>
    select(element, blockId, place, choicesOf(element), element.initial_option?.value),
  users_select: (element, blockId, world, place) =>
    select(element, blockId, place, world.members().map(asChoice), element.initial_user),
  conversations_select: (element, blockId, world, place) =>
    select(
      element,
      blockId,
      place,
      world.channels().map(({ id, name }) => ({ text: `#${name}`, value: id })),
    ),
  multi_static_select: (element, blockId, world, place) =>
    several(
      element,
      blockId,
      place,
      choicesOf(element),
      (element.initial_options ?? []).map(({ value }) => value),
    ),
  multi_users_select: (element, blockId, world, place) =>
    several(element, blockId, place, world.members().map(asChoice), element.initial_users ?? []),
  checkboxes: (element, blockId, world, place) =>
    several(
      element,
      blockId,
      place,
      element.options,
      (element.initial_options ?? []).map(({ value }) => value),
      world,
    ),
  radio_buttons: (element, blockId, world, place) =>
    several(element, blockId, place, element.options, [element.initial_option?.value], world, 'radio'),
  datepicker: (element, blockId, world, place) => field(element, blockId, place, 'date', element.initial_date),
  timepicker: (element, blockId, world, place) => field(element, blockId, place, 'time', element.initial_time),
  datetimepicker: (element, blockId, world, place) =>
    field(element, blockId, place, 'datetime-local', localTime(element.initial_date_time)),
  plain_text_input(element) {
    const attributes = {
      placeholder: element.placeholder?.text,
      maxlength: element.max_length,
      autofocus: element.focus_on_load,
      autocomplete: 'off',
    };
    if (!element.multiline) return make('input', { type: 'text', ...attributes, value: element.initial_value ?? '' });
    return make('textarea', { rows: 4, ...attributes, value: element.initial_value ?? '' });
  },
  email_text_input: (element) => make('input', { type: 'email', value: element.initial_value ?? '' }),
  url_text_input: (element) => make('input', { type: 'url', value: element.initial_value ?? '' }),
  number_input: (element) => make('input', { type: 'number', value: element.initial_value ?? '' }),
  image: (element) => make('span', { class: 'unknown' }, element.alt_text),
};

function select(element, blockId, place, choices, initial) {
  const options = choices.map(({ text, value }) =>
    make('option', { value, selected: value === initial }, typeof text === 'string' ? text : text.text),
  );
  const prompt = make('option', { value: '' }, element.placeholder?.text ?? 'Choose…');
  return make(
    'select',
    { onchange: (event) => place.change?.(element, blockId, event.target.value) },
    prompt,
    ...options,
  );
}

function several(element, blockId, place, choices, initial, world, type = 'checkbox') {
  const name = `${blockId}/${element.action_id}/${Math.random()}`;
  const set = make('fieldset', { class: 'choices' });
  set.append(
    ...choices.map(({ text, value, description }) =>
      make(
        'label',
        { class: 'choice' },
        make('input', { type, name, value, checked: initial.includes(value) }),
        make(
          'span',
          {},
          typeof text === 'string' ? text : textOf(text, world),
          description && make('small', {}, textOf(description, world)),
        ),
      ),
    ),
  );
  set.addEventListener('change', () => place.change?.(element, blockId, checkedIn(set).join(',')));
  return set;
}

function field(element, blockId, place, type, value = '') {
  return make('input', { type, value, onchange: (event) => place.change?.(element, blockId, event.target.value) });
}

const asChoice = ({ slackId, name, title }) => ({ text: title ? `${name}, ${title}` : name, value: slackId });
const choicesOf = (element) => element.options ?? (element.option_groups ?? []).flatMap(({ options }) => options);
