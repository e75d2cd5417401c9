import { spawnSync } from 'node:child_process';
import { join } from 'node:path';
import { describe, expect, it } from '@jest/globals';

const FOLDER = join(import.meta.dirname, '..');
const CONFIG = {
  'aws:region': 'eu-central-1',
  'smartscale:clusterName': 'production',
  'smartscale:amiId': 'ami-0123456789abcdef0',
  'smartscale:k3sVersion': 'v1.34.1+k3s1',
  'smartscale:k3sSha256': 'a'.repeat(64),
};

/** Runs the program in a Node of its own, as Pulumi does: nothing is compiled before. */
function run(config: Readonly<Record<string, string>>) {
  const script = `
    import * as pulumi from '@pulumi/pulumi';
    pulumi.runtime.setAllConfig(${JSON.stringify(config)});
    await pulumi.runtime.setMocks({
      newResource: ({ name, inputs }) => ({ id: name, state: inputs }),
      call: () => ({ names: ['a', 'b'], accountId: '1' }),
    });
    const { fleet } = await import('./index.ts');
    fleet.stateTableName.apply((name) => console.log(name));
    await pulumi.runtime.disconnect();
  `;
  const args = ['--disable-warning=ExperimentalWarning', '--input-type=module', '-e', script];
  return spawnSync(process.execPath, args, { cwd: FOLDER, encoding: 'utf8' });
}

describe('the program', () => {
  it('runs in Node as it is written', () => {
    const { stdout, stderr, status } = run(CONFIG);
    expect({ stdout, stderr, status }).toEqual({ stdout: 'production-smartscale\n', stderr: '', status: 0 });
  });

  it('makes nothing when a setting is wrong', () => {
    const { stderr, status } = run({ ...CONFIG, 'smartscale:k3sSha256': 'REPLACE' });
    expect(stderr).toContain('smartscale:k3sSha256 is "REPLACE"');
    expect(status).not.toBe(0);
  });
});
