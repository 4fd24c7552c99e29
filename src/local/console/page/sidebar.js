import { avatar, botAvatar, icon, make } from './make.js';

/** The left column: who one is, and the conversations that this person has. */
export function createSidebar({ side, choosePerson, chooseConversation }) {
  const search = make('input', {
    type: 'search',
    placeholder: 'Find a person',
    'aria-label': 'Find a person to act as',
    autocomplete: 'off',
    oninput: () => list(),
    onkeydown: (event) => {
      if (event.key !== 'Enter' && event.key !== 'ArrowDown') return;
      event.preventDefault();
      const first = people.querySelector('button');
      if (event.key === 'Enter') first?.click();
      else first?.focus();
    },
  });
  const people = make('ul', { class: 'people', onkeydown: step });
  const panel = make('div', { class: 'panel', hidden: true }, search, people);
  const opener = make('button', {
    class: 'me',
    type: 'button',
    'aria-expanded': 'false',
    onclick: () => open(panel.hidden),
  });
  const conversations = make('ul', { class: 'conversations' });
  const team = make('p', { class: 'team' });
  side.append(
    team,
    make('p', { class: 'caption' }, 'You act as'),
    make(
      'div',
      { class: 'switcher', onkeydown: (event) => event.key === 'Escape' && (open(false), opener.focus()) },
      opener,
      panel,
    ),
    make('p', { class: 'caption' }, 'Conversations'),
    conversations,
  );
  let state = null;

  function open(yes) {
    panel.hidden = !yes;
    opener.setAttribute('aria-expanded', String(yes));
    if (!yes) return;
    search.value = '';
    list();
    search.focus();
  }

  function list() {
    const wanted = search.value.toLowerCase();
    const found = state.people.filter((person) =>
      [person.name, person.title, person.department, person.email, person.id].some((part) =>
        part.toLowerCase().includes(wanted),
      ),
    );
    people.replaceChildren(
      ...found.map((person) =>
        make(
          'li',
          {},
          make(
            'button',
            {
              type: 'button',
              class: 'person',
              'aria-current': person.id === state.me.id ? 'true' : false,
              disabled: person.deactivated,
              onclick: () => (open(false), opener.focus(), choosePerson(person.id)),
            },
            ...personOf(
              person,
              person.conversations.some(({ id, latest }) => state.unread(person.id, id, latest)),
            ),
          ),
        ),
      ),
      ...(found.length === 0 ? [make('li', { class: 'quiet' }, 'Nobody by this name.')] : []),
    );
  }

  return function show(next) {
    state = next;
    team.replaceChildren(make('strong', {}, next.team.name), make('span', {}, 'workspace'));
    opener.replaceChildren(...personOf(next.me, false), icon('down'));
    opener.setAttribute('aria-label', `You act as ${next.me.name}, ${next.me.title}. Choose somebody else.`);
    if (!panel.hidden && document.activeElement === search) list();
    const focused = document.activeElement?.dataset?.conversation;
    conversations.replaceChildren(
      ...next.me.conversations.map((conversation) => {
        const { id, name, kind, latest } = conversation;
        const unread = id !== next.conversation && next.unread(next.me.id, id, latest);
        return make(
          'li',
          {},
          make(
            'button',
            {
              type: 'button',
              class: unread ? 'conversation unread' : 'conversation',
              'data-conversation': id,
              'aria-current': id === next.conversation ? 'page' : false,
              onclick: () => chooseConversation(id),
            },
            kind === 'direct' ? botAvatar() : make('span', { class: 'sign' }, kind === 'private' ? icon('lock') : '#'),
            make('span', { class: 'grow' }, name),
            kind === 'direct' && make('span', { class: 'chip' }, 'App'),
            unread && make('span', { class: 'dot' }, make('span', { class: 'hidden' }, 'unread')),
          ),
        );
      }),
    );
    if (focused) conversations.querySelector(`[data-conversation="${CSS.escape(focused)}"]`)?.focus();
  };
}

function personOf(person, unread) {
  return [
    avatar(person.name, person.id),
    make(
      'span',
      { class: 'grow' },
      make('strong', {}, person.name),
      make(
        'span',
        { class: 'role' },
        make('span', { class: `chip ${person.department.toLowerCase().replaceAll(/[^a-z]/g, '')}` }, person.department),
        make('small', {}, person.deactivated ? 'deactivated' : person.title),
      ),
    ),
    unread && make('span', { class: 'dot' }, make('span', { class: 'hidden' }, 'has something unread')),
  ].filter(Boolean);
}

function step(event) {
  if (event.key !== 'ArrowDown' && event.key !== 'ArrowUp') return;
  event.preventDefault();
  const buttons = [...event.currentTarget.querySelectorAll('button:not(:disabled)')];
  const at = buttons.indexOf(document.activeElement) + (event.key === 'ArrowDown' ? 1 : -1);
  if (at < 0) event.currentTarget.parentElement.querySelector('input').focus();
  else buttons[Math.min(at, buttons.length - 1)]?.focus();
}
