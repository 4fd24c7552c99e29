import { describe, expect, it } from 'vitest';
import { addressFault } from '#src/config/address.ts';

describe('the address of a target system', () => {
  it.each([
    'https://127.0.0.1',
    'https://127.1',
    'https://2130706433',
    'https://0x7f000001',
    'https://0177.0.0.1',
    'https://localhost',
    'https://LOCALHOST.',
    'https://okta.localhost',
    'https://intranet',
    'https://dc.corp.local',
    'https://10.1.2.3',
    'https://172.16.0.1',
    'https://192.168.1.1',
    'https://169.254.169.254',
    'https://100.64.0.1',
    'https://0.0.0.0',
    'https://[::1]',
    'https://[::]',
    'https://[::ffff:127.0.0.1]',
    'https://[fe80::1]',
    'https://[fd00::1]',
    'https://１２７.0.0.1',
    'https://127。0。0。1',
    'https://metadata.google.internal',
    'http://okta.com',
    'ftp://okta.com',
    'https://user@okta.com',
    'okta.com',
    'localhost:8080',
  ])('is not %s', (text) => {
    expect(addressFault(text)).toBeDefined();
  });

  it.each([
    'https://brightwater.okta.com',
    'https://api.github.com/',
    'https://8.8.8.8',
    'https://[2606:4700::1111]',
    'https://172.32.0.1',
  ])('may be %s', (text) => {
    expect(addressFault(text)).toBeUndefined();
  });
});
