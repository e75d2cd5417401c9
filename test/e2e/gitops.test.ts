import { afterAll, beforeAll, describe } from '@jest/globals';
import { brokenMonitoring } from './gitops/broken-monitoring.ts';
import { brokenPolicy } from './gitops/broken-policy.ts';
import { drift } from './gitops/drift.ts';
import { firstSync } from './gitops/first-sync.ts';
import { options } from './gitops/options.ts';
import { policyAccount } from './gitops/policy-account.ts';
import { policyCommits } from './gitops/policy-commits.ts';
import { pruning } from './gitops/pruning.ts';
import { signedCommits } from './gitops/signed-commits.ts';
import { Stage } from './gitops/stage.ts';
import { uninstall } from './gitops/uninstall.ts';
import { startGitOpsWorld } from './harness/gitops-world.ts';
import { STEADY } from './harness/test-policy.ts';

let stage: Stage;

beforeAll(async () => {
  stage = new Stage(await startGitOpsWorld('gitops'));
  stage.world.exporters.setAll(STEADY);
});

afterAll(async () => {
  await stage?.world.stop();
});

describe('the first sync', () => {
  firstSync(() => stage);
});
describe('a commit that changes a threshold', () => {
  policyCommits(() => stage);
});
describe('a commit that breaks a rule', () => {
  brokenPolicy(() => stage);
});
describe('a commit to the folder of the policy', () => {
  policyAccount(() => stage);
});
describe('a monitoring layer', () => {
  brokenMonitoring(() => stage);
});
describe('what is edited by hand', () => {
  drift(() => stage);
});
describe('what is off by default', () => {
  options(() => stage);
});
describe('what leaves Git', () => {
  pruning(() => stage);
});
describe('a repository of signed commits', () => {
  signedCommits(() => stage);
});
describe('the uninstallation', () => {
  uninstall(() => stage);
});
