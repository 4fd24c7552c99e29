import { fileURLToPath } from 'node:url';
import { connectorDefinitions } from '#engine/connectors/index.ts';
import { runCheck } from './check.ts';
import { readCommand, usage } from './command-line.ts';
import { loadConfig, secretsOf } from './config.ts';
import { runEvidence } from './evidence-command.ts';
import { partsOf } from './parts.ts';
import { describeProblems } from './problems.ts';
import { run } from './run.ts';

/** A file that is there and cannot be read is told in its own words; nothing was started. */
function load(...input: Parameters<typeof loadConfig>): ReturnType<typeof loadConfig> {
  try {
    return loadConfig(...input);
  } catch (error) {
    process.stderr.write(
      `${error instanceof Error ? error.message : 'The settings cannot be read. Nothing was started.'}\n`,
    );
    process.exit(2);
  }
}

const root = fileURLToPath(new URL('..', import.meta.url));
const command = readCommand(process.argv.slice(2));

if (command.name === 'help') {
  if (command.problem) process.stderr.write(`${command.problem} Nothing was started.\n\n`);
  (command.problem ? process.stderr : process.stdout).write(usage);
  process.exitCode = command.problem ? 2 : 0;
} else {
  const config = load(root, Object.fromEntries(connectorDefinitions.map(({ kind, settings }) => [kind, settings])));
  if ('problems' in config) {
    process.stderr.write(describeProblems(config.problems));
    process.exitCode = 2;
  } else if (command.name === 'start') {
    await run(config, { root, json: command.json });
  } else if (command.name === 'check') {
    const print = (line: string) => void process.stdout.write(`${line}\n`);
    process.exitCode = await runCheck(partsOf(config, root), print, { json: command.json, secrets: secretsOf(config) });
  } else {
    process.exitCode = await runEvidence(config, root, command.caseId);
  }
}
