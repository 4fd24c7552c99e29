/** Slack's `ok: false`. `messages` are the reasons that Slack gives beside some errors. */
export class SlackRefusal extends Error {
  override readonly name = 'SlackRefusal';
  readonly error: string;
  readonly messages: readonly string[];
  constructor(error: string, messages: readonly string[] = []) {
    super([error, ...messages].join('; '));
    this.error = error;
    this.messages = messages;
  }
}
