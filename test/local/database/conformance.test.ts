import { describe } from 'vitest';
import { conformance } from './conformance.ts';
import { openTemporary } from './temporary.ts';

const uri = process.env['TEST_MONGODB_URI'] ?? '';

conformance('the embedded server', () => openTemporary());

describe.runIf(uri)('with TEST_MONGODB_URI', () => {
  conformance('a real MongoDB', () => Promise.resolve({ uri, close: () => Promise.resolve() }));
});

if (!uri) console.log('The same suite was not run against a real MongoDB: TEST_MONGODB_URI is not set.');
