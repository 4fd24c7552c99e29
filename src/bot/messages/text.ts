import type { types } from '@slack/bolt';

/** What every message is: a full sentence for notifications and screen readers, and the blocks that show it. */
export interface Message<Block = types.SectionBlock> {
  readonly text: string;
  readonly blocks: Block[];
}

// Line breaks and control characters would let a name write lines of its own; marks of direction would reorder them.
const unruly = /[\p{Cc}\u2028\u2029\u200e\u200f\u061c\u202a-\u202e\u2066-\u2069]+/gu;

// Nothing that is shown is longer; what somebody sent to keep the machine busy is not even looked at.
const mostRead = 3_000;

/** Foreign text on one line, without control characters and marks of direction. */
export function oneLine(text: string): string {
  return text.slice(0, mostRead).toWellFormed().replace(unruly, ' ').replace(/ {2,}/g, ' ').trim();
}

/** Cuts at a whole code point so that at most `most` UTF-16 units are left, which is how Slack's limits count at worst. */
export function shorten(text: string, most: number): string {
  if (text.length <= most) return text;
  let kept = '';
  for (const point of text) {
    if (kept.length + point.length > most - 1) break;
    kept += point;
  }
  return `${kept}…`;
}

/**
 * Foreign text for a place that Slack reads as mrkdwn, above all `text`. Beyond Slack's three characters, the marks of
 * formatting are kept from working by a zero-width space, so that a name cannot look like something the bot said.
 * Source: docs.slack.dev/messaging/formatting-message-text#escaping
 */
export function escape(text: string): string {
  return oneLine(text)
    .replaceAll('&', '&amp;')
    .replaceAll('<', '&lt;')
    .replaceAll('>', '&gt;')
    .replace(/[*_~`]/g, '\u200b$&\u200b')
    .replace(/:(?=[\w+-]+:)/g, ':\u200b');
}

/** A text object that Slack never interprets: no mentions, no links, no emoji codes. Line breaks given here are ours. */
export function plain(text: string, most: number): types.PlainTextElement {
  return { type: 'plain_text', text: shorten(text, most) || '–', emoji: false };
}

/** One answer in plain words. */
export function sentence(text: string): Message {
  return { text: shorten(escape(text), 3000), blocks: [{ type: 'section', text: plain(text, 2900) }] };
}

/** `1 step`, `2 steps`. */
export function count(number: number, one: string, many = `${one}s`): string {
  return `${number} ${number === 1 ? one : many}`;
}

/** Names in a row, the first `most` of them. */
export function namesInARow(names: readonly string[], most: number): string {
  const shown = names.slice(0, most).map(oneLine);
  const more = names.length - shown.length;
  if (more > 0) return `${shown.join(', ')} and ${more} more`;
  return shown.length > 1 ? `${shown.slice(0, -1).join(', ')} and ${shown.at(-1)}` : (shown[0] ?? 'nobody');
}

/** A moment that Slack shows in the reader's own time; UTC where it cannot. Safe: made of digits and our words. */
export function moment(iso: string): string {
  const time = Date.parse(iso);
  return `<!date^${Math.floor(time / 1000)}^{date_short_pretty} {time}|${utc(iso)}>`;
}

/** `2026-11-27 16:00 UTC`, for places that are plain text. */
export function utc(iso: string): string {
  return `${new Date(iso).toISOString().slice(0, 16).replace('T', ' ')} UTC`;
}
