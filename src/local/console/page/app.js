import { ask, listen, Refusal } from './api.js';
import { botAvatar, icon, make } from './make.js';
import { blocksOf } from './blocks.js';
import { createComposer } from './composer.js';
import { createMessages, handBack } from './messages.js';
import { pressName } from './elements.js';
import { createModal } from './modal.js';
import { markRead, unread } from './read-marks.js';
import { createSidebar } from './sidebar.js';

const by = (id) => document.getElementById(id);
const state = {
  people: [],
  team: null,
  commands: [],
  me: null,
  conversation: '',
  tab: 'messages',
  home: null,
  messages: [],
};
let hearing = { id: '', stop: () => {} };
let goal = '';

const world = {
  me: () => state.me,
  members: () => state.people.filter(({ deactivated }) => !deactivated),
  channels: () => state.me.conversations.filter(({ kind }) => kind !== 'direct'),
  nameOf: (slackId) =>
    slackId === 'U0EXEUNT01' ? 'Exeunt' : state.people.find((person) => person.slackId === slackId)?.name,
  channelName: (id) => state.people.flatMap(({ conversations }) => conversations).find((each) => each.id === id)?.name,
  messageAt: (address) => {
    const { hostname, pathname } = new URL(address);
    const found = /^\/archives\/([A-Z0-9]+)\/p(\d{10})(\d{6})$/.exec(pathname);
    return found && hostname === `${state.team.domain}.slack.example`
      ? { conversation: found[1], ts: `${found[2]}.${found[3]}` }
      : undefined;
  },
  goTo: ({ conversation, ts }) => {
    if (!state.me.conversations.some(({ id }) => id === conversation))
      return problem(`${state.me.name} does not see that message.`);
    goal = ts;
    return go({ conversation, tab: 'messages' });
  },
};

const showSidebar = createSidebar({
  side: by('side'),
  choosePerson: (id) => go({ person: id }),
  chooseConversation: (id) => go({ conversation: id, tab: 'messages' }),
});
const showMessages = createMessages({
  list: by('list'),
  scroll: by('scroll'),
  live: by('live'),
  world,
  press: pressInMessage,
});
const composer = createComposer({
  foot: by('foot'),
  people: world.members,
  commands: () => state.commands,
  say: async (text) => {
    // Whoever speaks wants to see the answer, wherever they had scrolled to.
    by('scroll').scrollTop = by('scroll').scrollHeight;
    return !(await deed('/api/say', { text, channel: state.conversation })).problem;
  },
});
const pressInView = (view, element, blockId, value, values) =>
  deed(
    '/api/press',
    { viewId: view.id, actionId: element.action_id, blockId, value, ...(values ? { values } : {}) },
    // In a form, what went wrong is said in the form: what lies behind it cannot be read.
    { quiet: values !== undefined },
  );
const showModal = createModal({
  world,
  submit: (view, values) => deed('/api/submit', { viewId: view.id, values }, { quiet: true }),
  press: pressInView,
  close: (view) => deed('/api/close', { viewId: view.id }),
});

/** Presses what a message shows. One that is drawn anew at that very moment has moved it: then once more, in its place. */
async function pressInMessage({ channel, ts }, element, blockId, value) {
  const press = (at) => deed('/api/press', { channel, ts, actionId: element.action_id, blockId: at, value });
  const first = blockNow(ts, element) ?? blockId;
  const answer = await press(first);
  const now = answer.code === 'action_not_found' ? blockNow(ts, element) : undefined;
  const last = now === undefined || now === first ? answer : await press(now);
  // The question that was answered went back to a button that is gone, and so nowhere.
  if (document.activeElement === document.body)
    handBack(by('list').querySelector(`[data-ts="${CSS.escape(ts)}"]`), { dataset: { press: pressName(element) } });
  return last;
}

/**
 * In which block the same button stands now: a card that changed under somebody's hands, or behind a question that they
 * still read, has new block ids. The same action with another value is another button.
 */
function blockNow(ts, { action_id: actionId, value }) {
  const blocks = state.messages.find((message) => message.ts === ts)?.blocks ?? [];
  const same = (element) => element?.action_id === actionId && element.value === value;
  return blocks.find(({ elements = [], accessory }) => [...elements, accessory].some(same))?.block_id;
}

/** Does something as the person one is, and shows what came of it. Never throws: what went wrong is said. */
async function deed(path, body, { quiet = false } = {}) {
  problem('');
  try {
    const answer = await ask(path, { as: state.me.id, ...withoutUndefined(body) });
    await refresh();
    return answer;
  } catch (error) {
    if (!(error instanceof Refusal)) throw error;
    if (!quiet) problem(error.message);
    await refresh();
    return { problem: error.message, code: error.cause };
  }
}

let drawing = Promise.resolve();
/** One at a time: an older answer never overwrites a newer one. */
function refresh() {
  drawing = drawing.then(draw, draw);
  return drawing;
}

async function draw() {
  try {
    Object.assign(state, await ask('/api/people'));
    // Read after the wait: somebody else may have been chosen meanwhile, and that must not be undone.
    const me =
      state.people.find(({ id }) => id === (state.me?.id ?? wanted().as)) ??
      state.people.find(({ deactivated }) => !deactivated);
    if (!me) return problem('Nobody lives in this world. Start the program again with people in it.');
    const own = me.conversations;
    const asked = state.conversation || wanted().in;
    const conversation = own.find(({ id }) => id === asked)?.id ?? own[0].id;
    Object.assign(state, { me, conversation });
    hear(me.id);
    const query = new URLSearchParams({ as: me.id, channel: conversation });
    const seen = await ask(`/api/messages?${query}`);
    // What one person sees is not drawn for the next one; the drawing that their choice began comes after this one.
    if (state.me !== me || state.conversation !== conversation) return;
    Object.assign(state, { home: seen.home, messages: seen.messages });
    if (document.visibilityState === 'visible' && state.tab === 'messages')
      markRead(state.me.id, state.conversation, seen.messages.at(-1)?.ts);
    showSidebar({ ...state, unread });
    drawHead(seen.channel);
    if (state.tab === 'home') drawHome();
    else showMessages(`${state.me.id}/${state.conversation}`, seen.messages, { empty });
    showModal(seen.view);
    reachGoal();
    history.replaceState(null, '', `${location.pathname}${location.search}#as=${state.me.id}&in=${state.conversation}`);
  } catch (error) {
    if (!(error instanceof Refusal)) throw error;
    problem(error.message);
  }
}

async function go({ person, conversation, tab }) {
  if (person) state.me = state.people.find(({ id }) => id === person);
  if (person) hear(person);
  if (conversation) state.conversation = conversation;
  if (tab) state.tab = tab;
  if (person && !state.me.conversations.some(({ id }) => id === state.conversation)) state.tab = 'messages';
  document.body.classList.remove('side-open');
  problem('');
  await refresh();
  if (state.tab === 'home') await deed('/api/home', {});
}

/** Listens for what this person can see, and no longer for what another could. */
function hear(id) {
  if (hearing.id === id) return;
  hearing.stop();
  hearing = {
    id,
    stop: listen(id, { changed: soon, lost: () => offline(true), back: () => (offline(false), soon()) }),
  };
}

function drawHead({ name, kind }) {
  const direct = kind === 'direct';
  if (!direct) state.tab = 'messages';
  by('foot').hidden = state.tab === 'home';
  composer.place(direct ? 'this conversation' : `#${name}`);
  const tab = (id, label) =>
    make(
      'button',
      { type: 'button', class: 'tab', 'aria-pressed': String(state.tab === id), onclick: () => go({ tab: id }) },
      label,
    );
  const key = `${name}/${kind}/${state.tab}`;
  if (by('head').dataset.key === key) return;
  by('head').dataset.key = key;
  document.title = `${direct ? 'Exeunt' : `#${name}`} · Exeunt console`;
  by('head').replaceChildren(
    make(
      'button',
      {
        type: 'button',
        class: 'plain burger',
        'aria-label': 'People and conversations',
        onclick: () => document.body.classList.toggle('side-open'),
      },
      icon('menu'),
    ),
    direct ? botAvatar() : make('span', { class: 'sign' }, kind === 'private' ? icon('lock') : '#'),
    make('h1', {}, name),
    ...(direct
      ? [
          make('span', { class: 'chip' }, 'App'),
          make('span', { class: 'tabs' }, tab('home', 'Home'), tab('messages', 'Messages')),
        ]
      : []),
  );
}

function drawHome() {
  const place = { press: (element, blockId, value) => pressInView(state.home, element, blockId, value) };
  place.change = place.press;
  const nodes = state.home
    ? [make('div', { class: 'home blocks' }, blocksOf(state.home.blocks, world, place))]
    : [make('p', { class: 'empty' }, 'The bot has not drawn a home tab yet.')];
  const key = `${state.me.id}/${state.home?.hash}`;
  if (by('list').firstElementChild?.dataset.home === key) return;
  by('list').replaceChildren(...nodes);
  nodes[0].dataset.home = key;
}

function empty() {
  const command = `${state.commands[0] ?? '/'} `;
  return make(
    'div',
    { class: 'empty' },
    botAvatar(),
    make('h2', {}, 'Nothing here yet'),
    make('p', {}, 'Everything begins with a command. Say who leaves, and the bot takes it from there.'),
    make('button', { type: 'button', class: 'button', onclick: () => composer.write(command) }, `Write ${command}`),
  );
}

function reachGoal() {
  const node = goal && by('list').querySelector(`[data-ts="${CSS.escape(goal)}"]`);
  if (!node) return;
  goal = '';
  node.scrollIntoView({ block: 'center' });
  node.classList.add('aimed');
  setTimeout(() => node.classList.remove('aimed'), 2000);
  node.focus();
}

function wanted() {
  const parts = new URLSearchParams(location.hash.slice(1));
  return { as: parts.get('as') ?? '', in: parts.get('in') ?? '' };
}

function problem(text) {
  by('problem').hidden = text === '';
  by('problem').textContent = text;
}
function offline(yes) {
  document.body.classList.toggle('offline', yes);
}

let timer;
function soon() {
  clearTimeout(timer);
  timer = setTimeout(refresh, 60);
}

function withoutUndefined(body) {
  return Object.fromEntries(Object.entries(body).filter(([, value]) => value !== undefined));
}

document.addEventListener('visibilitychange', soon);
document.addEventListener('keydown', (event) => event.key === 'Escape' && document.body.classList.remove('side-open'));
await refresh();
