import { handleOf, type Member } from './records.ts';

/**
 * What Slack does to a command's text with `should_escape`: `&`, `<` and `>` become entities, and `@Name`, `@address`,
 * `@handle` or an address becomes `<@U…|handle>` where exactly one member is meant.
 */
export function withMentions(text: string, members: readonly Member[]): string {
  const meant = new Map<string, Member | undefined>();
  const add = (label: string, member: Member) => {
    const key = escapeText(label).toLowerCase();
    // `undefined` marks a label that several share: nobody is meant.
    meant.set(key, meant.has(key) && meant.get(key)?.id !== member.id ? undefined : member);
  };
  for (const member of members) {
    if (member.deleted) continue;
    for (const label of [member.name, member.email, handleOf(member)]) add(`@${label}`, member);
    add(member.email, member);
  }
  const labels = [...meant.keys()].sort((one, other) => other.length - one.length).map(literally);
  if (labels.length === 0) return escapeText(text);
  const pattern = new RegExp(`(?<![\\w.@+-])(?:${labels.join('|')})(?![\\w@-]|\\.\\w)`, 'giu');
  return escapeText(text).replace(pattern, (label) => {
    const member = meant.get(label.toLowerCase());
    return member ? `<@${member.id}|${handleOf(member)}>` : label;
  });
}

/** The three characters that Slack escapes (docs.slack.dev/messaging/formatting-message-text#escaping). */
function escapeText(text: string): string {
  return text.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;');
}

function literally(text: string): string {
  return text.replaceAll(/[.*+?^${}()|[\]\\]/g, String.raw`\$&`);
}
