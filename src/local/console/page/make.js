// The only way that this page makes elements: text is always text. Nothing here parses HTML.

/** Makes an element. `on…` are listeners, `class` and everything else are attributes; false and null leave one out. */
export function make(tag, attributes = {}, ...children) {
  const element = document.createElement(tag);
  for (const [name, value] of Object.entries(attributes)) {
    if (value === false || value === null || value === undefined) continue;
    if (name.startsWith('on')) element.addEventListener(name.slice(2), value);
    else if (name === 'value') element.value = value;
    else element.setAttribute(name, value === true ? '' : String(value));
  }
  element.append(...children.flat(3).filter((child) => child !== null && child !== undefined && child !== false));
  return element;
}

const paths = {
  lock: 'M5 7V5.500a3 3 0 0 1 6 0V7h.5a1 1 0 0 1 1 1v4.500a1 1 0 0 1-1 1h-7a1 1 0 0 1-1-1V8a1 1 0 0 1 1-1H5zm1.300 0h3.400V5.500a1.700 1.700 0 0 0-3.400 0V7z',
  eye: 'M8 3.500c3.500 0 6 3 6.700 4.500C14 9.500 11.500 12.500 8 12.500S2 9.500 1.300 8C2 6.500 4.500 3.500 8 3.500zm0 1.700a2.800 2.800 0 1 0 0 5.600 2.800 2.800 0 0 0 0-5.600zm0 1.500a1.300 1.300 0 1 1 0 2.600 1.300 1.300 0 0 1 0-2.600z',
  down: 'M3.500 5.800 8 10.300l4.500-4.500 1 1L8 12.300 2.500 6.800z',
  menu: 'M2 3.500h12V5H2zm0 3.750h12v1.500H2zM2 11h12v1.500H2z',
  more: 'M3.500 6.700a1.300 1.300 0 1 1 0 2.600 1.300 1.300 0 0 1 0-2.600zm4.500 0a1.300 1.300 0 1 1 0 2.600 1.300 1.300 0 0 1 0-2.600zm4.500 0a1.300 1.300 0 1 1 0 2.600 1.300 1.300 0 0 1 0-2.600z',
  send: 'M1.800 2.200 14.600 8 1.800 13.800l1.700-5L9 8 3.500 7.200z',
  close: 'm4 3 4 4 4-4 1 1-4 4 4 4-1 1-4-4-4 4-1-1 4-4-4-4z',
  file: 'M4 1.500h5L12.500 5v8.500a1 1 0 0 1-1 1h-7.500a1 1 0 0 1-1-1v-11a1 1 0 0 1 1-1zm4.500 1.300V5.500h2.700z',
  exit: 'M3 2.500h5.500V4H4.500v8h4v1.500H3zM7 7.250h4.200L9.700 5.750l1-1L14 8l-3.300 3.250-1-1 1.500-1.500H7z',
};

/** A small picture that says nothing that the text beside it does not say. */
export function icon(name) {
  const space = 'http://www.w3.org/2000/svg';
  const picture = document.createElementNS(space, 'svg');
  picture.setAttribute('viewBox', '0 0 16 16');
  picture.setAttribute('class', 'icon');
  picture.setAttribute('aria-hidden', 'true');
  const path = document.createElementNS(space, 'path');
  path.setAttribute('d', paths[name]);
  picture.append(path);
  return picture;
}

/** Initials on a tone that belongs to the person. */
export function avatar(name, key) {
  const initials = name
    .split(/\s+/)
    .map((word) => Array.from(word)[0] ?? '')
    .join('')
    .slice(0, 2);
  const tone = Array.from(String(key)).reduce((sum, letter) => sum + letter.charCodeAt(0), 0) % 8;
  return make('span', { class: `avatar tone-${tone}`, 'aria-hidden': 'true' }, initials);
}

export function botAvatar() {
  return make('span', { class: 'avatar bot', 'aria-hidden': 'true' }, icon('exit'));
}
