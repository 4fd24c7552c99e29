import { make } from './make.js';
import { elementOf } from './elements.js';
import { marked, textOf } from './marked.js';

/** Blocks of Block Kit as nodes. What this page does not draw is named, never left out in silence. */
export function blocksOf(blocks, world, place) {
  return blocks.map((block) => {
    const draw = Object.hasOwn(drawn, block.type) ? drawn[block.type] : undefined;
    if (!draw) return make('p', { class: 'unknown' }, `[A ${block.type} block is not drawn here.]`);
    const node = draw(block, world, place);
    node.dataset.blockId = block.block_id;
    return node;
  });
}

const drawn = {
  header: (block, world) => make('h3', { class: 'block header' }, textOf(block.text, world)),
  divider: () => make('hr', { class: 'block' }),
  section: (block, world, place) =>
    make(
      'div',
      { class: 'block section' },
      make(
        'div',
        { class: 'grow' },
        block.text && make('div', { class: 'text' }, textOf(block.text, world)),
        block.fields &&
          make(
            'div',
            { class: 'fields' },
            block.fields.map((field) => make('div', { class: 'text' }, textOf(field, world))),
          ),
      ),
      block.accessory && make('div', { class: 'accessory' }, elementOf(block.accessory, block.block_id, world, place)),
    ),
  context: (block, world) =>
    make(
      'div',
      { class: 'block context' },
      block.elements.map((element) =>
        make('span', {}, element.type === 'image' ? element.alt_text : textOf(element, world)),
      ),
    ),
  actions: (block, world, place) =>
    make(
      'div',
      { class: 'block row', role: 'group', 'aria-label': 'Actions' },
      block.elements.map((element) => elementOf(element, block.block_id, world, place)),
    ),
  input(block, world, place) {
    const element = elementOf(block.element, block.block_id, world, place);
    const label = make('span', { class: 'label' }, textOf(block.label, world));
    if (block.optional) label.append(make('small', {}, 'optional'));
    const error = make('span', { class: 'error', id: `error-${block.block_id}`, hidden: true });
    const hint = block.hint && make('small', { class: 'hint' }, textOf(block.hint, world));
    const group = element.matches('fieldset');
    if (group) element.prepend(make('legend', {}, label));
    else element.setAttribute('aria-describedby', error.id);
    const wrapped = group ? [element, hint, error] : [make('label', {}, label, element), hint, error];
    return make('div', { class: 'block input' }, wrapped);
  },
  image: (block) => make('p', { class: 'block unknown' }, `Picture: ${block.alt_text}`),
  markdown: (block, world) => make('div', { class: 'block text' }, marked(block.text.replaceAll('**', '*'), world)),
  rich_text: (block) => make('div', { class: 'block text' }, richText(block)),
  table(block) {
    const [head = [], ...rows] = block.rows;
    const cells = (row, tag) => row.map((cell) => make(tag, {}, cell.type === 'raw_text' ? cell.text : richText(cell)));
    return make(
      'div',
      { class: 'block table', tabindex: '0', role: 'region', 'aria-label': 'Table' },
      make(
        'table',
        {},
        make('thead', {}, make('tr', {}, cells(head, 'th'))),
        make(
          'tbody',
          {},
          rows.map((row) => make('tr', {}, cells(row, 'td'))),
        ),
      ),
    );
  },
  data_visualization: (block) => make('p', { class: 'block unknown' }, `Chart: ${block.title}`),
};

/** The words of rich text, without their dress. */
function richText(node) {
  if (typeof node.text === 'string') return node.text;
  const parts = (node.elements ?? []).map(richText);
  return parts.join(node.type === 'rich_text' ? '\n' : '');
}
