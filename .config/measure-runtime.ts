import { existsSync, readdirSync, readFileSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { bundle } from './bundle.ts';

// Prints what the autoscaler needs at run time: the production packages as installed, and how much of them
// the commands can reach, which the images hold, by package. The table of docs/dependencies.md is made of this.
const MIB = 1024 * 1024;

interface Lock {
  readonly packages: Readonly<
    Record<
      string,
      {
        readonly dev?: boolean;
        readonly devOptional?: boolean;
        readonly optional?: boolean;
      }
    >
  >;
}
const lock = JSON.parse(readFileSync('package-lock.json', 'utf8')) as Lock;
const installed = Object.entries(lock.packages)
  .filter(
    ([folder, entry]) =>
      folder !== '' && entry.dev !== true && entry.devOptional !== true && existsSync(folder),
  )
  .map(([folder]) => ({
    name: folder.replace('node_modules/', ''),
    bytes: sizeOf(folder),
  }));
const total = installed.reduce((sum, { bytes }) => sum + bytes, 0);
process.stdout.write(`production packages: ${installed.length}, ${(total / MIB).toFixed(0)} MiB installed\n`);
for (const { name, bytes } of installed.sort((a, b) => b.bytes - a.bytes).slice(0, 8)) {
  process.stdout.write(`  ${(bytes / MIB).toFixed(1).padStart(6)} MiB  ${name}\n`);
}

const contents = await bundle({
  entryPoints: ['src/cli.ts'],
  outdir: 'dist',
  write: false,
});
const byPackage = new Map<string, number>();
let reached = 0;
for (const output of Object.values(contents.outputs)) {
  for (const [file, { bytesInOutput }] of Object.entries(output.inputs)) {
    const name = /node_modules\/((?:@[^/]+\/)?[^/]+)/.exec(file)?.[1] ?? 'smartscale';
    byPackage.set(name, (byPackage.get(name) ?? 0) + bytesInOutput);
    reached += bytesInOutput;
  }
}
process.stdout.write(`in the images: ${(reached / MIB).toFixed(1)} MiB\n`);
for (const [name, bytes] of [...byPackage].sort((a, b) => b[1] - a[1]).slice(0, 10)) {
  process.stdout.write(`  ${(bytes / MIB).toFixed(2).padStart(6)} MiB  ${name}\n`);
}

/** Bytes of a package's own files; packages nested in it are listed for themselves. */
function sizeOf(folder: string): number {
  return readdirSync(folder, { withFileTypes: true }).reduce((sum, entry) => {
    if (entry.name === 'node_modules') return sum;
    const path = join(folder, entry.name);
    return sum + (entry.isDirectory() ? sizeOf(path) : statSync(path).size);
  }, 0);
}
