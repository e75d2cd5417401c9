import { spawnSync } from 'node:child_process';
import { cpSync, rmSync } from 'node:fs';

// Writes dist/: the sources as JavaScript, and beside them what is served as it is. The images start `node dist/cli.js`.
rmSync('dist', { recursive: true, force: true });
const tsc = spawnSync(
  process.execPath,
  ['node_modules/typescript-7/bin/tsc', '-p', '.config/tsconfig.build.json'],
  { stdio: 'inherit' },
);
if (tsc.status !== 0) process.exit(tsc.status ?? 2);
cpSync('src/report/page/assets', 'dist/report/page/assets', { recursive: true });
