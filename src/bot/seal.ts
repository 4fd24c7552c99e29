import { createHmac, timingSafeEqual } from 'node:crypto';
import type { Secret } from '#model/secret.ts';

/** What a button stands for, once its value is proved to be ours. */
export interface Sealed {
  readonly caseId: string;
  /** What the button was about when it was shown: an approval, a step, a batch, a page. */
  readonly ref: string;
}

/**
 * Signs the values of buttons and modals, so that one that was not shown by this bot, in that place, for that action is
 * worth nothing. A value is `1.<case>.<ref>.<hmac>`: opaque, without personal data, far below Slack's 2,000 characters.
 */
export interface Seal {
  /** `where` is the channel of a button, or the user before whom a modal stands. */
  sign(action: string, where: string, sealed: Sealed): string;
  /** `undefined` when the value is not ours, or was made for another action or place. */
  open(action: string, where: string, value: string): Sealed | undefined;
}

export function createSeal(secret: Secret): Seal {
  function mac(action: string, where: string, { caseId, ref }: Sealed): Buffer {
    // JSON keeps the parts apart: no two lists of strings give the same text.
    const text = JSON.stringify(['exeunt-button/1', action, where, caseId, ref]);
    return createHmac('sha256', secret.reveal()).update(text).digest();
  }
  return {
    sign: (action, where, sealed) =>
      ['1', encode(sealed.caseId), encode(sealed.ref), mac(action, where, sealed).toString('base64url')].join('.'),
    open(action, where, value) {
      const [version, caseId, ref, given, ...rest] = value.length <= 2000 ? value.split('.') : [];
      if (version !== '1' || !caseId || !ref || !given || rest.length > 0) return undefined;
      const sealed = { caseId: decode(caseId), ref: decode(ref) };
      const expected = mac(action, where, sealed);
      const actual = Buffer.from(given, 'base64url');
      return actual.length === expected.length && timingSafeEqual(actual, expected) ? sealed : undefined;
    },
  };
}

function encode(part: string): string {
  return Buffer.from(part, 'utf8').toString('base64url');
}

function decode(part: string): string {
  return Buffer.from(part, 'base64url').toString('utf8');
}
