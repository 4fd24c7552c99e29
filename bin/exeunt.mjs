#!/usr/bin/env node
// `npx exeunt …` from the clone: sets up when needed, then hands over to the project's own runtime.
import { spawn } from 'node:child_process';
import { join } from 'node:path';
import { root, runtime } from './setup.mjs';

const child = spawn(runtime, [join(root, 'src', 'main.ts'), ...process.argv.slice(2)], { stdio: 'inherit' });
// The terminal sends Ctrl-C to both; the parent stays until the child has put its things away.
process.on('SIGINT', () => {});
process.on('SIGTERM', () => child.kill('SIGTERM'));
child.on('exit', (code, signal) => process.exit(code ?? (signal ? 1 : 0)));
