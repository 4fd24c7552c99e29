import { avatar, botAvatar, icon, make } from './make.js';
import { blocksOf } from './blocks.js';
import { flat, marked, nearDay } from './marked.js';
import { fileAddress } from './api.js';

/** Keeps the list of messages on the screen equal to what the console says, touching only what changed. */
export function createMessages({ list, scroll, live, world, press }) {
  let drawn = new Map();
  let where = '';

  return function show(conversation, messages, { empty }) {
    const moved = where !== conversation;
    const atEnd = moved || scroll.scrollHeight - scroll.scrollTop - scroll.clientHeight < 80;
    const fresh = messages.filter(({ ts }) => !drawn.has(ts));
    const next = new Map();
    for (const message of messages) {
      const key = JSON.stringify(message);
      const old = moved ? undefined : drawn.get(message.ts);
      next.set(message.ts, old?.key === key ? old : { key, node: messageOf(message, world, press) });
    }
    const { activeElement } = document;
    const held = list.contains(activeElement) && activeElement.closest('.message')?.dataset.ts;
    const nodes = arranged(messages, next);
    place(list, nodes.length > 0 ? nodes : [empty()]);
    // A card that was drawn anew under somebody's hands keeps their place.
    if (held && !moved && !list.contains(document.activeElement)) handBack(next.get(held)?.node, activeElement);
    // What one person was told is not for the next one's ears.
    if (moved) live.textContent = '';
    else if (fresh.length > 0)
      live.textContent = fresh.map(({ from, text }) => `${from.name}: ${flat(text, world)}`).join('. ');
    drawn = next;
    where = conversation;
    if (atEnd) scroll.scrollTop = scroll.scrollHeight;
  };
}

/** Gives the focus to the same button of a message that was drawn anew; where there is none any more, to the message. */
export function handBack(message, { dataset: { press } }) {
  const same = press && message?.querySelector(`[data-press="${CSS.escape(press)}"]`);
  (same || message)?.focus({ preventScroll: true });
}

/** Puts the nodes into the list without moving those that are in their place, so that focus stays where it is. */
function place(list, nodes) {
  nodes.forEach((node, index) => {
    if (list.children[index] !== node) list.insertBefore(node, list.children[index] ?? null);
  });
  while (list.children.length > nodes.length) list.lastElementChild.remove();
}

/** Days as headings, replies under the message that they answer. */
function arranged(messages, made) {
  const nodes = [];
  let day = '';
  const parents = messages.filter(({ thread, ts }) => !thread || thread === ts || !made.has(thread));
  for (const message of parents) {
    const name = dayOf(message.ts);
    if (name !== day) nodes.push(make('h2', { class: 'day' }, make('span', {}, name)));
    day = name;
    const { node } = made.get(message.ts);
    const replies = messages.filter(({ thread, ts }) => thread === message.ts && ts !== message.ts);
    const holder = node.querySelector('.thread');
    holder.hidden = replies.length === 0;
    const heading = replies.length === 1 ? '1 reply' : `${replies.length} replies`;
    place(holder, [make('p', { class: 'replies' }, heading), ...replies.map(({ ts }) => made.get(ts).node)]);
    nodes.push(node);
  }
  return nodes;
}

function messageOf(message, world, press) {
  const { ts, from, text, blocks, onlyYou, edited, files } = message;
  const pressIn = (element, blockId, value) => press(message, element, blockId, value);
  const card = blocks.some(({ type }) => type === 'header' || type === 'actions');
  return make(
    'article',
    {
      class: `message ${onlyYou ? 'only-you' : ''}`,
      'data-ts': ts,
      tabindex: '-1',
      'aria-label': `${from.name}, ${timeOf(ts)}`,
    },
    from.isBot ? botAvatar() : avatar(from.name, from.id),
    make(
      'div',
      { class: 'grow' },
      onlyYou && make('p', { class: 'note' }, icon('eye'), 'Only visible to you'),
      make(
        'p',
        { class: 'who' },
        make('strong', {}, from.name),
        from.isBot && make('span', { class: 'chip' }, 'App'),
        make('time', { datetime: new Date(Number(ts) * 1000).toISOString() }, timeOf(ts)),
        edited && make('span', { class: 'quiet' }, 'edited'),
      ),
      blocks.length > 0
        ? make(
            'div',
            { class: card ? 'blocks card' : 'blocks' },
            blocksOf(blocks, world, { press: pressIn, change: pressIn }),
          )
        : text && make('div', { class: 'text' }, marked(text, world)),
      files.map(({ id, title, length }) =>
        make(
          'a',
          { class: 'file', href: fileAddress(world.me().id, id), download: title },
          icon('file'),
          make('span', {}, title),
          make('small', {}, `${Math.max(1, Math.round(length / 1000))} kB`),
        ),
      ),
      make('div', { class: 'thread', hidden: true }),
    ),
  );
}

function timeOf(ts) {
  return new Intl.DateTimeFormat(undefined, { hour: '2-digit', minute: '2-digit' }).format(new Date(Number(ts) * 1000));
}

function dayOf(ts) {
  const when = new Date(Number(ts) * 1000);
  const near = nearDay(when);
  if (near) return near[0].toUpperCase() + near.slice(1);
  return new Intl.DateTimeFormat(undefined, { weekday: 'long', day: 'numeric', month: 'long' }).format(when);
}
