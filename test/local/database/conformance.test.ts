import { expect, it } from 'vitest';
import { conformance } from './conformance.ts';
import { openTemporary } from './temporary.ts';

conformance('the embedded store', () => openTemporary());

const uri = process.env['TEST_MONGODB_URI'];
if (uri) conformance('the server at TEST_MONGODB_URI', () => Promise.resolve({ uri, close: () => Promise.resolve() }));
else
  it('is judged against a real MongoDB', ({ skip }) => {
    console.log('The same suite was not run against a real MongoDB: TEST_MONGODB_URI is not set.');
    skip('TEST_MONGODB_URI is not set');
    expect.fail();
  });
