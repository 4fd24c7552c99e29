import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { z } from 'zod';
import { connectorDefinitions } from '#engine/connectors/index.ts';
import { capabilitiesPage } from '#src/capabilities.ts';

describe('docs/capabilities.md', () => {
  it('is what `npm run capabilities` writes today', () => {
    const written = readFileSync(new URL('../docs/capabilities.md', import.meta.url), 'utf8');

    expect(written).toBe(capabilitiesPage(connectorDefinitions));
  });

  it('has a line for each operation that a connector has, and none that it has not', () => {
    const lines = capabilitiesPage(connectorDefinitions).split('\n');
    const ofKind = (kind: string) => lines.filter((line) => line.startsWith(`| \`${kind}\``));

    expect(connectorDefinitions.map(({ kind }) => kind).filter((kind) => ofKind(kind).length === 0)).toEqual([]);
    expect(ofKind('github').some((line) => line.includes('`suspend`'))).toBe(false);
    expect(ofKind('okta').find((line) => line.includes('| `suspend` |'))).toContain('by `unsuspend`');
    expect(ofKind('okta').find((line) => line.includes('| `delete` |'))).toContain('| no |');
  });

  it('cannot be written while nobody has said who judges a connector', () => {
    const stranger = {
      kind: 'stranger',
      settings: z.strictObject({}),
      connect: () => {
        throw new Error('not reached');
      },
    };

    expect(() => capabilitiesPage([...connectorDefinitions, stranger])).toThrow(
      /stranger: .* does not say who judges it/,
    );
  });
});
