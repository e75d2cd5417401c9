import { spawn } from 'node:child_process';
import { existsSync } from 'node:fs';
import * as module from 'node:module';
import { fileURLToPath } from 'node:url';

/*
 * Plain JavaScript, because the Node that npm finds may be too old to run TypeScript.
 */

const LEAST_MAJOR = 24;

/**
 * Runs `start` when this Node can run TypeScript; else starts `bin` again under the Node that `npm ci` has installed.
 * Its exit code becomes this one's; 2 when there is no such Node.
 * Stripped and compiled sources are kept in node_modules/.cache, by their content, so that the next start is quicker;
 * where that folder cannot be written, they are compiled each time. Threads and child processes use it too.
 * @param {string} bin URL of the file that calls this
 * @param {() => Promise<unknown>} start imports the sources
 */
export async function underPinnedNode(bin, start) {
  if (Number(process.versions.node.split('.')[0]) >= LEAST_MAJOR) {
    process.env.NODE_COMPILE_CACHE ??= fromRoot('node_modules/.cache/compiled');
    module.enableCompileCache(process.env.NODE_COMPILE_CACHE);
    await start();
    return;
  }
  const pinned = fromRoot('node_modules/node/bin/node');
  if (existsSync(pinned)) {
    handOver(pinned, ['--disable-warning=ExperimentalWarning', fileURLToPath(bin), ...process.argv.slice(2)]);
    return;
  }
  process.stderr.write(
    `smartscale needs Node ${LEAST_MAJOR}; this is ${process.versions.node}. Run \`npm ci\`: it brings its own.\n`,
  );
  process.exitCode = 2;
}

function handOver(command, args) {
  const child = spawn(command, args, { stdio: 'inherit' });
  for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP']) process.on(signal, () => child.kill(signal));
  child.on('exit', (code, signal) => {
    process.exitCode = code ?? (signal === null ? 1 : 128);
  });
}

function fromRoot(path) {
  return fileURLToPath(new URL(`../${path}`, import.meta.url));
}
