import { appTokenHelp, botTokenHelp, environmentProblem, signingSecretHelp, type Env } from './environment.ts';
import { nearest } from './nearest.ts';
import { pathText, type Path, type Problem } from './problem.ts';
import type { SoundSections } from './file.ts';
import type { Sections } from './sections.ts';

/** What one setting asks of another. Sections that do not parse are missing here and have problems of their own. */
export function crossChecks(input: {
  readonly sections: SoundSections;
  readonly connectorIds: readonly string[];
  readonly env: Env;
  readonly at: (path: Path) => string;
}): Problem[] {
  const { sections, connectorIds, env } = input;
  const problem = (path: Path, what: string, write: string) => ({
    at: input.at(path),
    path: pathText(path),
    what,
    write,
  });
  return [
    ...peopleSource(sections.people, connectorIds, problem),
    ...slackSecrets(sections.slack, env),
    ...quorum(sections, problem),
    ...delays(sections.policy, problem),
  ];
}

type Say = (path: Path, what: string, write: string) => Problem;

function peopleSource(people: Sections['people'] | undefined, ids: readonly string[], say: Say): Problem[] {
  if (!people || ids.length === 0 || ids.includes(people.connector)) return [];
  const meant = nearest(people.connector, ids) ?? ids[0];
  const what = `No connector of this name is listed under connectors; there are ${ids.join(', ')}.`;
  return [say(['people', 'connector'], what, `Write connector: ${meant}`)];
}

function slackSecrets(slack: Sections['slack'] | undefined, env: Env): Problem[] {
  const lacks = (name: string) => !env[name]?.trim();
  const problems: Problem[] = [];
  if (lacks('SLACK_BOT_TOKEN'))
    problems.push(environmentProblem('SLACK_BOT_TOKEN', 'The bot token is not set.', botTokenHelp));
  if (slack?.mode === 'socket' && lacks('SLACK_APP_TOKEN')) {
    const what = 'slack.mode is socket, and the app-level token is not set.';
    problems.push(environmentProblem('SLACK_APP_TOKEN', what, appTokenHelp));
  }
  if (slack?.mode === 'http' && lacks('SLACK_SIGNING_SECRET')) {
    const what = 'slack.mode is http, and the signing secret is not set.';
    problems.push(environmentProblem('SLACK_SIGNING_SECRET', what, signingSecretHelp));
  }
  return problems;
}

/** Whether enough people can ever say yes. Of departments that is known only when people are asked for. */
function quorum({ policy, hooks }: SoundSections, say: Say): Problem[] {
  if (!policy || policy.approvers.departments.length > 0) return [];
  const persons = new Set(policy.approvers.people).size;
  if (persons === 0) {
    const what = 'Nobody may approve, so nothing would ever be done.';
    return [say(['policy', 'approvers'], what, approversHelp)];
  }
  // Where approvers are the only ones who open cases, whoever opens one is an approver less.
  const { requesters, approvals, breaker } = policy;
  const others =
    requesters.departments.length > 0 || requesters.people.some((one) => !policy.approvers.people.includes(one));
  const left = others || !hooks || hooks.hr ? persons : persons - 1;
  const asked = [
    { path: ['policy', 'approvals', 'contain'], needed: approvals.contain, able: left },
    { path: ['policy', 'approvals', 'delete'], needed: approvals.delete, able: left },
    { path: ['policy', 'breaker', 'approvals'], needed: breaker.approvals, able: persons },
  ];
  return asked
    .filter(({ needed, able }) => needed > able)
    .map(({ path, needed, able }) => {
      const why = able < persons ? ', and nobody approves a case of their own' : '';
      const what = `Needed here: ${needed}. policy.approvers.people lists ${persons}${why}.`;
      return say(
        path,
        what,
        able > 0 ? `Write ${path.at(-1)}: ${able}, or list more approvers.` : 'List more approvers.',
      );
    });
}

function delays(policy: Sections['policy'] | undefined, say: Say): Problem[] {
  if (!policy || policy.retry.firstDelayMs <= policy.retry.maxDelayMs) return [];
  const what = 'The first delay is longer than the longest one.';
  return [say(['policy', 'retry', 'firstDelayMs'], what, `Write firstDelayMs: ${policy.retry.maxDelayMs} or less.`)];
}

const approversHelp = 'Write approvers: { departments: [Security] } or approvers: { people: [selma@example.com] }';
