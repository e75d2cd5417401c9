#!/usr/bin/env node
import { underPinnedNode } from '../../src/pinned-node.js';

/*
 * `npx cdk8s synth`, the command that people know: it does what `npm run synth` does. cdk8s-cli has more commands, and 100
 * packages; cdk8s.yaml is there for whoever runs it.
 */
const [command, ...rest] = process.argv.slice(2);
if (command === 'synth' && rest.length === 0) {
  await underPinnedNode(import.meta.url, () => import('../../charts/main.ts'));
} else {
  process.stderr.write(
    'cdk8s: only `cdk8s synth` is here: for other commands run `npx --package cdk8s-cli cdk8s --help`\n',
  );
  process.exitCode = 2;
}
