import { createHash } from 'node:crypto';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { parse } from 'yaml';
import { serverUserData } from '../server-user-data.ts';
import type { Settings } from '../settings.ts';
import { workerUserData } from '../worker-user-data.ts';
import { BINARY, MachineSandbox } from './machine-sandbox.ts';
import { SETTINGS } from './recorded-stack.ts';

const settings: Settings = {
  ...SETTINGS,
  k3s: { version: 'v1.34.1+k3s1', sha256: createHash('sha256').update(BINARY).digest('hex') },
};
const WORKER = workerUserData(settings, { serverIp: '10.0.1.10', tokenSecretArn: 'arn:agent' });
const SERVER = serverUserData(settings, {
  bucket: 'snapshots',
  agentSecretArn: 'arn:agent',
  serverSecretArn: 'arn:server',
});

let machine: MachineSandbox;

beforeEach(() => {
  machine = new MachineSandbox();
});

afterEach(() => {
  machine.remove();
});

describe('the first boot of a worker', () => {
  it('joins the server with the token of the secret, under its own id, type, zone and market', () => {
    expect(machine.boot(WORKER)).toBe(0);
    expect(parse(machine.read('/etc/rancher/k3s/config.yaml'))).toEqual({
      server: 'https://10.0.1.10:6443',
      token: 'K10hash::node:secret',
      'node-name': 'i-0abc',
      'node-label': [
        'smartscale.dev/lifecycle=spot',
        'node.kubernetes.io/instance-type=t3.small',
        'topology.kubernetes.io/zone=eu-central-1b',
        'topology.kubernetes.io/region=eu-central-1',
      ],
      'node-taint': ['smartscale.dev/startup:NoSchedule'],
      'kubelet-arg': [
        'provider-id=aws:///eu-central-1b/i-0abc',
        'system-reserved=memory=210Mi',
        'kube-reserved=memory=210Mi',
        'eviction-hard=memory.available<100Mi,nodefs.available<5%,imagefs.available<5%',
      ],
    });
    expect(machine.callsOf('systemctl')).toEqual(['daemon-reload', 'enable --now k3s']);
    expect(machine.read('/etc/systemd/system/k3s.service')).toContain('/bin/k3s agent\n');
  });

  it('starts nothing when the download is not the K3s that was asked for', () => {
    expect(machine.boot(WORKER, 'something else')).not.toBe(0);
    expect(machine.callsOf('systemctl')).toEqual([]);
  });
});

describe('the first boot of the control plane', () => {
  it('starts a server with a token of its own making, and publishes what K3s made of it', () => {
    expect(machine.boot(SERVER)).toBe(0);
    expect(machine.read('/etc/rancher/k3s/agent-token')).toMatch(/^[0-9a-f]{64}\n$/);
    expect(parse(machine.read('/etc/rancher/k3s/config.yaml'))).toMatchObject({
      'cluster-init': true,
      'node-name': 'i-0abc',
      'secrets-encryption': true,
      'kubelet-arg': ['provider-id=aws:///eu-central-1b/i-0abc'],
      'etcd-s3-bucket': 'snapshots',
    });
    const publish = (arn: string, file: string) =>
      `secretsmanager put-secret-value --region eu-central-1 --secret-id ${arn} --secret-string file:///var/lib/rancher/k3s/server/${file}`;
    expect(machine.callsOf('aws')).toEqual([
      publish('arn:agent', 'agent-token'),
      publish('arn:server', 'token'),
    ]);
  });

  it('publishes no token of a server that could not be installed', () => {
    expect(machine.boot(SERVER, 'something else')).not.toBe(0);
    expect(machine.has('/etc/rancher/k3s/agent-token')).toBe(true);
    expect(machine.callsOf('aws')).toEqual([]);
  });
});
