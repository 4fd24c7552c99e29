import type { WebClient } from '@slack/web-api';
import type { types } from '@slack/bolt';
import { answerModal } from './messages/modals.ts';
import { sentence, type Message } from './messages/text.ts';

/** How this one request is answered. Whatever kind it is, only the person who asked sees the answer. */
export interface Reply {
  /** Says it: as an ephemeral message, or in the modal that was before the person's eyes. */
  say(answer: string | Message<types.KnownBlock>): Promise<void>;
  /** Puts a sentence under a field of the submitted form and leaves the form open. */
  fault(field: string, text: string): Promise<void>;
  /** Opens a modal; from within a modal, on top of it. */
  open(view: types.ModalView): Promise<void>;
  /** Changes the modal in which a button was pressed. */
  change(view: types.ModalView): Promise<void>;
  /** Acknowledges where nothing did yet, and stops the clock. */
  settle(): Promise<void>;
}

export interface ReplyInput {
  readonly kind: 'command' | 'action' | 'submission' | 'other';
  /** Bolt's acknowledgement; may be called once. */
  readonly ack: (response?: unknown) => Promise<void>;
  /** Writes to the request's response_url, where it has one. */
  readonly respond: ((message: object) => Promise<unknown>) | undefined;
  readonly slack: WebClient;
  readonly triggerId: string | undefined;
  /** The modal the request came from. */
  readonly view: { readonly id: string; readonly hash?: string | undefined } | undefined;
}

/** Slack waits 3 s for an acknowledgement and shows an error afterwards. In milliseconds. */
const patienceMs = 2_300;
const working = 'Working on it. The answer follows here.';

/** Answers inside Slack's three seconds: with the answer when it is there, else with a promise that is kept later. */
export function createReply({ kind, ack, respond, slack, triggerId, view }: ReplyInput): Reply {
  let acknowledged = false;
  const clock = setTimeout(() => {
    const early =
      kind === 'command' ? sentence(working) : kind === 'submission' ? updated(sentence(working)) : undefined;
    // A failed acknowledgement is Slack's to report: it shows the person that the app did not answer.
    acknowledge(early).catch(() => undefined);
  }, patienceMs);

  async function acknowledge(response?: unknown): Promise<boolean> {
    clearTimeout(clock);
    if (acknowledged) return false;
    acknowledged = true;
    await ack(response);
    return true;
  }

  async function say(answer: string | Message<types.KnownBlock>): Promise<void> {
    const message = typeof answer === 'string' ? sentence(answer) : answer;
    if (kind === 'command' && (await acknowledge({ response_type: 'ephemeral', ...message }))) return;
    if (kind === 'submission' && (await acknowledge(updated(message)))) return;
    await acknowledge();
    if (view) await slack.views.update({ view_id: view.id, view: answerModal(message) });
    else await respond?.({ response_type: 'ephemeral', replace_original: false, ...message });
  }

  return {
    say,
    async fault(field, text) {
      if (await acknowledge({ response_action: 'errors', errors: { [field]: text } })) return;
      await say(text);
    },
    async open(modal) {
      await acknowledge();
      const trigger_id = triggerId ?? '';
      await (view ? slack.views.push({ trigger_id, view: modal }) : slack.views.open({ trigger_id, view: modal }));
    },
    async change(modal) {
      await acknowledge();
      if (view) await slack.views.update({ view_id: view.id, ...(view.hash ? { hash: view.hash } : {}), view: modal });
    },
    async settle() {
      await acknowledge();
    },
  };
}

function updated(message: Message<types.KnownBlock>): object {
  return { response_action: 'update', view: answerModal(message) };
}
