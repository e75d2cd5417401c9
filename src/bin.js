#!/usr/bin/env node
// Starts the commands under the pinned Node: an older Node on PATH cannot run TypeScript sources.
import { spawn } from 'node:child_process';
import { existsSync } from 'node:fs';
import { fileURLToPath } from 'node:url';

const cli = fileURLToPath(new URL('./cli.ts', import.meta.url));
const pinned = fileURLToPath(new URL('../node_modules/node/bin/node', import.meta.url));
const major = Number(process.versions.node.split('.')[0]);

if (major >= 24) {
  await import('./cli.ts');
} else if (existsSync(pinned)) {
  const child = spawn(pinned, ['--disable-warning=ExperimentalWarning', cli, ...process.argv.slice(2)], {
    stdio: 'inherit',
  });
  for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP']) process.on(signal, () => child.kill(signal));
  child.on('exit', (code, signal) => {
    process.exitCode = code ?? (signal === null ? 1 : 128);
  });
} else {
  process.stderr.write(
    `smartscale needs Node 24; this is ${process.versions.node}. Run \`npm ci\`: it brings its own.\n`,
  );
  process.exitCode = 2;
}
