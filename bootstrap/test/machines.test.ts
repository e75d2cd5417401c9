import { spawnSync } from 'node:child_process';
import { beforeAll, describe, expect, it } from '@jest/globals';
import { type Made, RecordedStack } from './recorded-stack.ts';

/** What EC2 takes before it is encoded. */
const MOST_USER_DATA_BYTES = 16_384;

let stack: RecordedStack;
let template: Made['inputs'];
let server: Made['inputs'];

beforeAll(async () => {
  stack = await RecordedStack.of();
  template = stack.one('aws:ec2/launchTemplate:LaunchTemplate');
  server = stack.one('aws:ec2/instance:Instance');
});

const workerScript = () => Buffer.from(template['userData'], 'base64').toString();
const serverScript = () => String(server['userData']);

describe('the launch template of the workers', () => {
  it('keeps pods from the role: sessions only, one hop', () => {
    expect(template['metadataOptions']).toMatchObject({ httpTokens: 'required', httpPutResponseHopLimit: 1 });
  });

  it('has an encrypted gp3 root volume of 20 GB', () => {
    expect(template['blockDeviceMappings']).toMatchObject([
      { ebs: { volumeType: 'gp3', volumeSize: 20, encrypted: 'true', deleteOnTermination: 'true' } },
    ]);
  });

  it('leaves type, subnet and market to each launch', () => {
    for (const key of ['instanceType', 'networkInterfaces', 'instanceMarketOptions', 'placement'])
      expect(template).not.toHaveProperty(key);
  });

  it('joins under the name and provider id by which the autoscaler knows it, tainted until it is admitted', () => {
    for (const line of [
      'server: https://10.0.1.10:6443',
      'node-name: "$id"',
      '- provider-id=aws:///$zone/$id',
      '- smartscale.dev/startup:NoSchedule',
      '- smartscale.dev/lifecycle=$lifecycle',
      '- system-reserved=memory=210Mi',
      '- kube-reserved=memory=210Mi',
    ])
      expect(workerScript()).toContain(line);
  });
});

describe('the control plane', () => {
  it('takes sessions only, and lets the autoscaler have its role, one hop away', () => {
    expect(server['metadataOptions']).toMatchObject({ httpTokens: 'required', httpPutResponseHopLimit: 2 });
  });

  it('has an encrypted gp3 root volume of 30 GB and no key pair', () => {
    expect(server['rootBlockDevice']).toMatchObject({ volumeType: 'gp3', volumeSize: 30, encrypted: true });
    expect(server).not.toHaveProperty('keyName');
  });

  it('keeps its kubeconfig to root, its secrets encrypted, and a snapshot each six hours in the bucket', () => {
    for (const line of [
      'write-kubeconfig-mode: "0600"',
      'secrets-encryption: true',
      '- node-role.kubernetes.io/control-plane:NoSchedule',
      'etcd-s3-bucket: production-snapshots-id',
      'etcd-snapshot-schedule-cron: "0 */6 * * *"',
    ])
      expect(serverScript()).toContain(line);
  });
});

describe.each([
  ['worker', workerScript],
  ['control plane', serverScript],
])("the %s's script", (_who, script) => {
  it('is Bash without a syntax error, and fits into what EC2 takes', () => {
    const checked = spawnSync('bash', ['-n'], { input: script(), encoding: 'utf8' });
    expect(checked.stderr).toBe('');
    expect(checked.status).toBe(0);
    expect(Buffer.byteLength(script())).toBeLessThan(MOST_USER_DATA_BYTES);
  });

  it('runs K3s of the one version, after its checksum was found right', () => {
    expect(script()).toContain('/releases/download/v1.34.1%2Bk3s1/k3s');
    const [checking, starting] = [script().indexOf('sha256sum -c -'), script().indexOf('systemctl enable')];
    expect(checking).toBeGreaterThan(script().indexOf('curl -fsSL'));
    expect(starting).toBeGreaterThan(checking);
    expect(script()).toContain(`${'a'.repeat(64)}  /usr/local/bin/k3s`);
  });

  it('stops at the first command that fails, and never turns verification off', () => {
    expect(script()).toContain('set -euo pipefail');
    expect(script()).not.toMatch(/--insecure|curl [^|\n]*-[a-zA-Z]*k[a-zA-Z]* |\| *(ba)?sh\b/);
  });
});
