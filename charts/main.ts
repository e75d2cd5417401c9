import { join } from 'node:path';
import { synthesize } from './synthesize.ts';
import { differences, writeTree } from './write-tree.ts';

/*
 * Writes what the charts say into clusters/ and flux-system/. With `--check` it writes nothing, and fails when what is there differs.
 */
const ROOT = join(import.meta.dirname, '..');

if (process.argv.includes('--check')) {
  const found = differences(ROOT, synthesize()).map(({ path, kind }) => `${path} (${kind})`);
  if (found.length > 0) {
    process.stderr.write(
      `the manifests are not what charts/ say; run \`npx cdk8s synth\` and commit:\n  ${found.join('\n  ')}\n`,
    );
    process.exitCode = 1;
  }
} else {
  // `npx cdk8s synth` looks for a copy in the folder that cdk8s.yaml names.
  const copy = process.env['CDK8S_OUTDIR'];
  if (copy !== undefined) writeTree(copy, synthesize());
  for (const { path, kind } of writeTree(ROOT, synthesize())) process.stdout.write(`${kind}: ${path}\n`);
}
