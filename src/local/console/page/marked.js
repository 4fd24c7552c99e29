import { make } from './make.js';

const emoji = {
  white_check_mark: '✅',
  heavy_check_mark: '✔️',
  x: '❌',
  warning: '⚠️',
  rotating_light: '🚨',
  lock: '🔒',
  unlock: '🔓',
  hourglass: '⌛',
  hourglass_flowing_sand: '⏳',
  red_circle: '🔴',
  large_yellow_circle: '🟡',
  large_green_circle: '🟢',
  large_blue_circle: '🔵',
  white_circle: '⚪',
  black_circle: '⚫',
  tada: '🎉',
  eyes: '👀',
  key: '🔑',
  hand: '✋',
  raised_hand: '✋',
  no_entry: '⛔',
  no_entry_sign: '🚫',
  bell: '🔔',
  clipboard: '📋',
  page_facing_up: '📄',
  paperclip: '📎',
  bust_in_silhouette: '👤',
  leftwards_arrow_with_hook: '↩️',
  arrow_right: '➡️',
  information_source: 'ℹ️',
  question: '❓',
  exclamation: '❗',
  clock1: '🕐',
  shield: '🛡️',
  wave: '👋',
  wastebasket: '🗑️',
  calendar: '📅',
  mag: '🔍',
  link: '🔗',
  robot_face: '🤖',
  double_vertical_bar: '⏸️',
};

/**
 * Slack's mrkdwn as DOM nodes: bold, italic, strike, code, quotes, links, mentions, dates, a few emoji. Foreign text only
 * ever becomes text. `world` knows the names behind ids and opens links to messages.
 */
export function marked(text, world) {
  return text
    .split(/(```[\s\S]+?```)/)
    .flatMap((part) =>
      part.startsWith('```') && part.length > 6
        ? [make('pre', {}, make('code', {}, plain(part.slice(3, -3).replace(/^\n/, ''))))]
        : lines(part, world),
    );
}

function lines(text, world) {
  const nodes = [];
  let quote = null;
  text.split('\n').forEach((line, index) => {
    const quoted = /^(?:&gt;|>) ?/.exec(line);
    if (quoted) {
      if (!quote) nodes.push((quote = make('blockquote')));
      else quote.append(make('br'));
      quote.append(...inline(line.slice(quoted[0].length), world));
      return;
    }
    if (index > 0 && !quote) nodes.push(make('br'));
    quote = null;
    nodes.push(...inline(line, world));
  });
  return nodes;
}

const pattern = new RegExp(
  [
    '<(?<angle>[^<>\\n]+)>',
    '`(?<code>[^`\\n]+)`',
    '(?<![\\w*])\\*(?<bold>[^\\s*](?:[^*\\n]*[^\\s*])?)\\*(?![\\w*])',
    '(?<![\\w_])_(?<italic>[^\\s_](?:[^_\\n]*[^\\s_])?)_(?![\\w_])',
    '(?<![\\w~])~(?<strike>[^\\s~](?:[^~\\n]*[^\\s~])?)~(?![\\w~])',
    ':(?<emoji>[a-z0-9_+-]+):',
  ].join('|'),
  'gu',
);

function inline(text, world) {
  const nodes = [];
  let from = 0;
  for (const match of text.matchAll(pattern)) {
    const node = styled(match, world);
    if (!node) continue;
    if (match.index > from) nodes.push(plain(text.slice(from, match.index)));
    nodes.push(node);
    from = match.index + match[0].length;
  }
  if (from < text.length) nodes.push(plain(text.slice(from)));
  return nodes;
}

function styled({ groups }, world) {
  if (groups.angle !== undefined) return angle(groups.angle, world);
  if (groups.code !== undefined) return make('code', {}, plain(groups.code));
  if (groups.bold !== undefined) return make('strong', {}, inline(groups.bold, world));
  if (groups.italic !== undefined) return make('em', {}, inline(groups.italic, world));
  if (groups.strike !== undefined) return make('s', {}, inline(groups.strike, world));
  const sign = Object.hasOwn(emoji, groups.emoji) ? emoji[groups.emoji] : undefined;
  return sign ? document.createTextNode(sign) : undefined;
}

function angle(content, world) {
  const bar = content.indexOf('|');
  const target = bar < 0 ? content : content.slice(0, bar);
  const label = bar < 0 ? undefined : content.slice(bar + 1);
  if (target.startsWith('@'))
    return make('span', { class: 'mention' }, `@${world.nameOf(target.slice(1)) ?? label ?? 'somebody'}`);
  if (target.startsWith('#'))
    return make('span', { class: 'mention' }, `#${label ?? world.channelName(target.slice(1)) ?? 'a channel'}`);
  if (target.startsWith('!date^')) return date(target, label);
  if (target.startsWith('!')) return make('span', { class: 'mention' }, `@${target.slice(1)}`);
  // Angle brackets around something that is no address are no link: they stay as they are.
  if (label === undefined && !/^\w+:/.test(target)) return document.createTextNode(`<${decode(target)}>`);
  return link(decode(target), label === undefined ? undefined : decode(label), world);
}

/** Only addresses that a browser may follow become links; the rest stays what it is, text. */
export function link(address, label, world) {
  if (!/^(?:https?:\/\/|mailto:)/i.test(address) || !URL.canParse(address))
    return document.createTextNode(label ?? address);
  const message = world.messageAt(address);
  if (message)
    return make(
      'a',
      { href: '#', onclick: (event) => (event.preventDefault(), world.goTo(message)) },
      label ?? 'message',
    );
  return make(
    'a',
    { href: address, title: address, target: '_blank', rel: 'noopener noreferrer' },
    label ?? address.replace(/^mailto:/, ''),
  );
}

function date(target, fallback) {
  const [, seconds, format = ''] = target.split('^');
  const when = new Date(Number(seconds) * 1000);
  if (Number.isNaN(when.getTime())) return document.createTextNode(decode(fallback ?? ''));
  const written = format.replaceAll(/\{(\w+)\}/g, (whole, name) => dateParts[name]?.(when) ?? whole);
  return make('time', { datetime: when.toISOString(), title: when.toString() }, decode(written));
}

const style = (options) => (when) => new Intl.DateTimeFormat(undefined, options).format(when);
const long = style({ weekday: 'long', day: 'numeric', month: 'long', year: 'numeric' });
const middle = style({ day: 'numeric', month: 'long', year: 'numeric' });
const short = style({ day: 'numeric', month: 'short', year: 'numeric' });
const dateParts = {
  date_num: (when) => when.toISOString().slice(0, 10),
  date: middle,
  date_short: short,
  date_long: long,
  date_pretty: (when) => nearDay(when) ?? middle(when),
  date_short_pretty: (when) => nearDay(when) ?? short(when),
  date_long_pretty: (when) => nearDay(when) ?? long(when),
  time: style({ hour: '2-digit', minute: '2-digit' }),
  time_secs: style({ hour: '2-digit', minute: '2-digit', second: '2-digit' }),
  ago: (when) => ago(when),
};

/** `today`, `yesterday` or `tomorrow`, where it is one of them. */
export function nearDay(when, now = new Date()) {
  const day = (date) => Date.UTC(date.getFullYear(), date.getMonth(), date.getDate()) / 86_400_000;
  return { '-1': 'yesterday', 0: 'today', 1: 'tomorrow' }[day(when) - day(now)];
}

function ago(when) {
  const minutes = Math.round((when.getTime() - Date.now()) / 60_000);
  const said = new Intl.RelativeTimeFormat(undefined, { numeric: 'auto' });
  if (Math.abs(minutes) < 60) return said.format(minutes, 'minute');
  if (Math.abs(minutes) < 1440) return said.format(Math.round(minutes / 60), 'hour');
  return said.format(Math.round(minutes / 1440), 'day');
}

function plain(text) {
  return document.createTextNode(decode(text));
}

/** Slack escapes three characters and no others. */
function decode(text) {
  return text.replaceAll('&lt;', '<').replaceAll('&gt;', '>').replaceAll('&amp;', '&');
}

/** A text object of Block Kit. Plain text knows emoji and line breaks, no marks. */
export function textOf(object, world) {
  if (!object) return [];
  if (object.type === 'mrkdwn') return marked(object.text, world);
  const said = object.text.replaceAll(/:([a-z0-9_+-]+):/g, (whole, name) =>
    Object.hasOwn(emoji, name) ? emoji[name] : whole,
  );
  return said.split('\n').flatMap((line, index) => (index > 0 ? [make('br'), line] : [line]));
}

/** One line of text without marks, for announcements. */
export function flat(text, world) {
  return make('span', {}, marked(text, world)).textContent;
}
