import { make } from './make.js';
import { textOf } from './marked.js';

/** Asks before a grave button, as Slack does. Esc and the other button mean no. */
export function confirmed({ title, text, confirm, deny, style }, world) {
  return new Promise((resolve) => {
    const dialog = make(
      'dialog',
      { class: 'confirm', 'aria-label': title.text },
      make('h2', {}, textOf(title, world)),
      make('p', {}, textOf(text, world)),
      make(
        'div',
        { class: 'row end' },
        make('button', { type: 'button', class: 'button', onclick: () => dialog.close('no') }, textOf(deny, world)),
        make(
          'button',
          { type: 'button', class: `button ${style ?? 'primary'}`, onclick: () => dialog.close('yes') },
          textOf(confirm, world),
        ),
      ),
    );
    dialog.addEventListener('close', () => {
      dialog.remove();
      resolve(dialog.returnValue === 'yes');
    });
    document.body.append(dialog);
    dialog.showModal();
  });
}
