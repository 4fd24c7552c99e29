/** The console did not do what it was asked. `say` is for the person who asked: what happened, what to do. */
export class Refused extends Error {
  override readonly name = 'Refused';
  readonly status: number;
  readonly error: string;
  constructor(status: number, error: string, say: string) {
    super(say);
    this.status = status;
    this.error = error;
  }
}
