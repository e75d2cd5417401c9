import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { loadKubeCredentials } from '../../../../src/adapters/kubernetes/client/kube-config-credentials.ts';

const KUBECONFIG = `
apiVersion: v1
kind: Config
current-context: a
clusters: [{ name: a, cluster: { server: 'https://10.0.0.1:6443' } }, { name: b, cluster: { server: 'https://10.0.0.2:6443' } }]
contexts: [{ name: a, context: { cluster: a, user: token } }, { name: b, context: { cluster: b, user: basic } }]
users: [{ name: token, user: { token: t0ken } }, { name: basic, user: { username: u, password: p } }]
`;

let folder = '';
let file = '';

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'kubeconfig-'));
  file = join(folder, 'config');
  await writeFile(file, KUBECONFIG);
});

afterAll(async () => {
  await rm(folder, { recursive: true });
});

describe('loadKubeCredentials', () => {
  it("takes the server and the token of the file's current context", async () => {
    const credentials = loadKubeCredentials({ file });
    expect(credentials.server).toBe('https://10.0.0.1:6443');
    expect((await credentials.read(true)).headers).toEqual({ Authorization: 'Bearer t0ken' });
  });

  it('takes the context that is asked for', async () => {
    const credentials = loadKubeCredentials({ file, context: 'b' });
    expect(credentials.server).toBe('https://10.0.0.2:6443');
    expect((await credentials.read(false)).headers['Authorization']).toMatch(/^Basic /);
  });

  it('says which context is missing, and which file cannot be read', () => {
    expect(() => loadKubeCredentials({ file, context: 'c' })).toThrow(`no context c in ${file}`);
    expect(() => loadKubeCredentials({ file: join(folder, 'none') })).toThrow(/none cannot be read: ENOENT/);
  });
});
