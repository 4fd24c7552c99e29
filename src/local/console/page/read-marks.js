// What was read is the browser's business: another browser has read nothing yet.
const key = (person, conversation) => `read/${person}/${conversation}`;

export function markRead(person, conversation, ts) {
  if (ts) localStorage.setItem(key(person, conversation), ts);
}

export function unread(person, conversation, latest) {
  return latest !== undefined && Number(latest) > Number(localStorage.getItem(key(person, conversation)) ?? 0);
}
