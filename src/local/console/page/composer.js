import { avatar, icon, make } from './make.js';

/** Where commands are written: suggests the command after `/` and people after `@`. */
export function createComposer({ foot, say, people, commands }) {
  const input = make('textarea', {
    id: 'composer-text',
    rows: 1,
    role: 'combobox',
    'aria-label': 'Say a command',
    'aria-expanded': 'false',
    'aria-controls': 'suggestions',
    'aria-autocomplete': 'list',
    autocomplete: 'off',
    spellcheck: 'false',
    oninput: suggest,
    onkeydown: key,
    onblur: () => setTimeout(hide, 150),
  });
  const list = make('ul', {
    class: 'suggestions',
    id: 'suggestions',
    role: 'listbox',
    'aria-label': 'Suggestions',
    hidden: true,
  });
  const send = make('button', { type: 'submit', class: 'button primary square', 'aria-label': 'Send' }, icon('send'));
  const form = make(
    'form',
    { class: 'composer', onsubmit: (event) => (event.preventDefault(), submit()) },
    list,
    input,
    send,
  );
  foot.append(form, make('p', { class: 'keys' }, 'Enter sends. Type / for commands, @ for people.'));
  let chosen = 0;
  let offers = [];
  let busy = false;

  async function submit() {
    const text = input.value.trim();
    if (!text || busy) return;
    busy = true;
    form.setAttribute('aria-busy', 'true');
    hide();
    const taken = await say(text);
    busy = false;
    form.removeAttribute('aria-busy');
    if (taken) input.value = '';
    grow();
    // Whoever has gone on to something else meanwhile is left there.
    if (form.contains(document.activeElement)) input.focus();
  }

  function suggest() {
    grow();
    const before = input.value.slice(0, input.selectionStart);
    const command = /^\/\w*$/.exec(before);
    const name = /(?:^|\s)@([\p{L}\p{N} .'-]{0,40})$/u.exec(before);
    if (command) {
      offers = commands()
        .filter((each) => each.startsWith(before) && each !== before)
        .map((each) => ({ label: each, put: `${each} `, from: 0 }));
    } else if (name) {
      const wanted = name[1].toLowerCase();
      const everybody = people();
      offers = everybody
        .filter((person) => person.name.toLowerCase().includes(wanted) || person.email.startsWith(wanted))
        .slice(0, 6)
        .map((person) => {
          // Of two people with one name the address says who is meant.
          const alone = everybody.filter((other) => other.name === person.name).length === 1;
          return {
            label: person.name,
            person,
            put: `@${alone ? person.name : person.email} `,
            from: before.length - name[1].length - 1,
          };
        });
    } else offers = [];
    chosen = 0;
    draw();
  }

  function draw() {
    list.hidden = offers.length === 0;
    input.setAttribute('aria-expanded', String(offers.length > 0));
    list.replaceChildren(
      ...offers.map((offer, index) =>
        make(
          'li',
          {
            id: `suggestion-${index}`,
            role: 'option',
            'aria-selected': String(index === chosen),
            onmousedown: (event) => (event.preventDefault(), take(offer)),
          },
          offer.person && avatar(offer.person.name, offer.person.id),
          make('span', { class: 'grow' }, offer.label, offer.person && make('small', {}, offer.person.title)),
          offer.person && make('small', { class: 'quiet' }, offer.person.department),
        ),
      ),
    );
    if (offers.length > 0) input.setAttribute('aria-activedescendant', `suggestion-${chosen}`);
    else input.removeAttribute('aria-activedescendant');
  }

  function take({ put, from }) {
    const after = input.value.slice(input.selectionStart);
    input.value = input.value.slice(0, from) + put + after.trimStart();
    input.selectionStart = input.selectionEnd = from + put.length;
    input.focus();
    hide();
    grow();
  }

  function hide() {
    offers = [];
    draw();
  }

  function key(event) {
    const open = offers.length > 0;
    if (open && (event.key === 'ArrowDown' || event.key === 'ArrowUp')) {
      event.preventDefault();
      chosen = (chosen + (event.key === 'ArrowDown' ? 1 : -1) + offers.length) % offers.length;
      return draw();
    }
    if (open && event.key === 'Escape') return hide();
    if (open && (event.key === 'Tab' || event.key === 'Enter')) {
      event.preventDefault();
      return take(offers[chosen]);
    }
    if (event.key === 'Enter' && !event.shiftKey && !event.isComposing) {
      event.preventDefault();
      void submit();
    }
  }

  function grow() {
    input.rows = Math.min(5, input.value.split('\n').length);
  }

  return {
    place: (name) => (input.placeholder = `Say a command in ${name}`),
    write(text) {
      input.value = text;
      grow();
      input.focus();
    },
  };
}
