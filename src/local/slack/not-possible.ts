/** What a person tried is not possible in Slack. `say` is for them: what happened, what to do. */
export class NotPossible extends Error {
  override readonly name = 'NotPossible';
  readonly error: string;
  constructor(error: string, say: string) {
    super(say);
    this.error = error;
  }
}
