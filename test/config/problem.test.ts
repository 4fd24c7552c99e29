import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { changes } from './changes.ts';
import { example, expectNoSecret, problemsOf, read, smallest, values } from './settings.ts';

describe('a problem', () => {
  it.each(changes)('is %s', (_name, from, to, at, path, what, write) => {
    const changed = example.replace(from, () => to);
    expect(changed).not.toBe(example);

    const problems = problemsOf(read(changed));

    const found = problems.find((problem) => problem.path === path && what.test(problem.what));
    // The whole list, so that a failure shows what was found instead.
    expect(problems).toContainEqual(found);
    expect(found?.write).toMatch(write);
    expect(found?.at).toBe(`exeunt.yaml:${at}`);
    expectNoSecret(problems);
  });

  it('comes with all the others at once, each in its place', () => {
    const changed = example
      .replace('retentionDays', 'retention_days')
      .replace('mode: socket', 'mode: sockets')
      .replace('connector: okta', 'connector: otka')
      .replace('${GITHUB_TOKEN}', 'literal-secret');

    const problems = problemsOf(
      read(changed, { ...values, EXEUNT_PORT: 'x', RESTATE_ADMIN_URL: 'http://restate.example' }),
    );

    expect(problems.map(({ at, path }) => `${at} ${path}`.trim())).toEqual([
      'environment EXEUNT_PORT',
      'environment RESTATE_INGRESS_URL',
      'exeunt.yaml:14:9 slack.mode',
      'exeunt.yaml:28:3 policy.retention_days',
      'exeunt.yaml:45:12 connectors.github.token',
      'exeunt.yaml:9:14 people.connector',
    ]);
  });

  it('is told for each thing that an empty file lacks', () => {
    const paths = problemsOf(read('')).map(({ path }) => path);

    expect(paths).toEqual([
      'company.name',
      'people.connector',
      'slack.channel',
      'slack.teams',
      'connectors',
      'policy.approvers',
    ]);
  });

  it.each<[string, Record<string, string | undefined>, string, RegExp]>([
    ['socket mode without an app-level token', { SLACK_APP_TOKEN: undefined }, 'SLACK_APP_TOKEN', /mode is socket/],
    ['no bot token', { SLACK_BOT_TOKEN: ' ' }, 'SLACK_BOT_TOKEN', /not set/],
    ['a bot token of another kind', { SLACK_BOT_TOKEN: 'xoxp-123456789' }, 'SLACK_BOT_TOKEN', /not a bot token/],
    ['an app-level token of another kind', { SLACK_APP_TOKEN: 'xoxb-123456789' }, 'SLACK_APP_TOKEN', /app-level/],
    ['an address that is not MongoDB’s', { MONGODB_URI: 'postgres://x:literal-secret@y' }, 'MONGODB_URI', /MongoDB/],
    ['half of the durable engine', { RESTATE_INGRESS_URL: 'http://restate.example:8080' }, 'RESTATE_ADMIN_URL', /both/],
    [
      'a worker without a durable engine',
      { EXEUNT_WORKER_URL: 'http://worker.example' },
      'RESTATE_INGRESS_URL',
      /both/,
    ],
    [
      'a password inside an address',
      { RESTATE_INGRESS_URL: 'http://a:literal-secret@x', RESTATE_ADMIN_URL: 'http://x' },
      'RESTATE_INGRESS_URL',
      /password/,
    ],
  ])('is %s', (_name, change, variable, what) => {
    const problems = problemsOf(read(example, { ...values, ...change }));

    expect(problems).toContainEqual(
      expect.objectContaining({ at: `environment ${variable}`, what: expect.stringMatching(what) }),
    );
    expectNoSecret(problems);
  });

  it('is http mode without a signing secret', () => {
    const { SLACK_SIGNING_SECRET: _gone, SLACK_APP_TOKEN: _unneeded, ...env } = values;

    const problems = problemsOf(read(example.replace('mode: socket', 'mode: http'), env));

    expect(problems).toMatchObject([{ at: 'environment SLACK_SIGNING_SECRET' }]);
  });

  it('is a single approver who alone could open the cases', () => {
    const alone = smallest.replace('departments: [Security]', 'people: [one@example.com]');
    const policy = 'approvers: { people: [one@example.com] }';
    const withBreaker = alone.replace(policy, `${policy}, breaker: { approvals: 1 }`);

    expect(
      problemsOf(read(withBreaker))
        .map(({ what }) => what)
        .join(),
    ).toMatch(/nobody approves a case of their own/);
    expect(problemsOf(read(withBreaker.replace(policy, `${policy}, requesters: { departments: [People] }`)))).toEqual(
      [],
    );
  });

  it('is a literal secret in whichever form a kind describes it', () => {
    const scim = (settings: string) =>
      `${smallest}  scim: { kind: scim, url: https://scim.example.com, ${settings} }\n`;

    expect(problemsOf(read(scim('auth: bearer, token: literal-secret')))).toMatchObject([
      { path: 'connectors.scim.token' },
    ]);
    expect(problemsOf(read(scim('auth: key, key: literal-secret')))).toMatchObject([{ path: 'connectors.scim.key' }]);
    expect(problemsOf(read(scim('auth: basic, user: u, password: literal-secret')))).toMatchObject([
      { path: 'connectors.scim.password', write: expect.stringContaining('${SCIM_PASSWORD}') },
    ]);
    expect(problemsOf(read(scim('auth: basic, user: u, password: "${OKTA_TOKEN}"')))).toEqual([]);
    expect(problemsOf(read(scim('auth: basic, token: "${OKTA_TOKEN}"'))).map(({ path }) => path)).toEqual([
      'connectors.scim.token',
      'connectors.scim.user',
      'connectors.scim.password',
    ]);
  });

  it('does not hold a secret that a schema quotes', () => {
    const text = `${smallest}  other: { kind: careless, token: "\${OKTA_TOKEN}" }\n`;

    expect(problemsOf(read(text))).toMatchObject([
      { path: 'connectors.other.token', what: expect.stringMatching(/^This is wrong: \*\*\*\./) },
    ]);
  });

  it('never holds a secret, wherever in the file somebody wrote one', () => {
    const lines = example.split('\n');
    const line = fc.integer({ min: 0, max: lines.length - 1 });
    const text = fc.constantFrom(
      'literal-secret',
      ' literal-secret',
      ': literal-secret',
      '&literal-secret',
      '*literal-secret',
      '!literal-secret x',
      '"literal-secret',
      '${literal-secret}',
      '[literal-secret',
      'https://u:literal-secret@h',
    );

    fc.assert(
      fc.property(line, text, fc.boolean(), (index, secretText, whole) => {
        const kept = whole ? '' : `${lines[index]?.split(':')[0]}:`;
        const changed = lines.with(index, `${kept} ${secretText}`).join('\n');
        const problems = problemsOf(read(changed));
        // What somebody wrote as a name is shown as one, in a path or among the names that there are.
        const told = problems.map(
          ({ what, write }) => what.replace(/there are .*/, '') + write.replace(/^Write connector: .*/, ''),
        );
        expect(told.join()).not.toContain('literal-secret');
        for (const value of Object.values(values)) expect(JSON.stringify(problems)).not.toContain(value);
      }),
      { numRuns: 300 },
    );
  });

  it('is all that any text can cause', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'binary', maxLength: 200 }), (text) => {
        expect(problemsOf(read(text)).length).toBeGreaterThan(0);
      }),
      { numRuns: 300 },
    );
    expect(problemsOf(read('['.repeat(100_000))).length).toBeGreaterThan(0);
    expect(problemsOf(read('x'.repeat(300_000)))[0]?.what).toMatch(/256 kB/);
  });
});
