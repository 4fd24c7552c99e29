import { inspect } from 'node:util';
import { z } from 'zod';

/** A value that prints as `***` wherever it is printed; only `reveal()` gives it out. */
export interface Secret {
  reveal(): string;
}

/** Wraps a secret where it is parsed, so that no log, error or JSON can show it. */
export function secret(value: string): Secret {
  const hidden = () => '***';
  return Object.freeze({ reveal: () => value, toString: hidden, toJSON: hidden, [inspect.custom]: hidden });
}

/** Whether a value is one that `secret` wrapped: where settings are passed on whole, by name nobody can tell. */
export function isSecret(value: unknown): value is Secret {
  return typeof value === 'object' && value !== null && 'reveal' in value && typeof value.reveal === 'function';
}

/**
 * What a schema of settings says about a field beside its type. A schema made from a noted one keeps the note.
 * `secret`: the value must come from the environment. `example`: what to write, shown when the field is wrong.
 */
export const settingNotes = z.registry<{ readonly secret?: true; readonly example?: string }>();

/** A secret in settings: a non-empty string, wrapped. */
export const SecretText = z
  .string()
  .min(1)
  .max(10_000)
  .transform((value) => secret(value))
  .register(settingNotes, { secret: true });
