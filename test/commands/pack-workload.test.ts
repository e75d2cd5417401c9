import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { stringify } from 'yaml';
import { packDocument, packText } from '../../src/commands/pack-words.ts';
import { packFiles } from '../../src/use-cases/pack/pack-files.ts';
import { kwokOfferings } from '../bench/packing/bench-offerings.ts';
import { widePods } from '../bench/packing/deployment-pods.ts';
import { diversePods, seededRandom } from '../bench/packing/diverse-pods.ts';
import { smallInstance } from '../bench/packing/small-instances.ts';
import { checkPacking, type PackingAnswer } from '../packing-checker/check-packing.ts';
import { podOfShort, type ShortPod } from '../packing-checker/short-pods.ts';
import { IS_DEEP } from '../test-depth.ts';

let folder = '';
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'smartscale-pack-workload-'));
});
afterAll(() => rmSync(folder, { recursive: true, force: true }));

async function pack(pods: string, offerings: unknown): Promise<PackingAnswer> {
  const files = { pods: join(folder, 'pods'), offerings: join(folder, 'offerings') };
  writeFileSync(files.pods, pods);
  writeFileSync(files.offerings, JSON.stringify(offerings));
  const { solveMs, ...answer } = packDocument(await packFiles(files));
  expect(solveMs).toBeGreaterThanOrEqual(0);
  return answer;
}

/** The pod as a person would write it for Kubernetes. */
function manifest(pod: ShortPod): object {
  const terms = (near: ShortPod['podAffinity'] = []) => ({
    requiredDuringSchedulingIgnoredDuringExecution: near.map(({ key, sel }) => ({
      topologyKey: key,
      labelSelector: { matchLabels: sel },
    })),
  });
  return {
    apiVersion: 'v1',
    kind: 'Pod',
    metadata: { name: pod.name, labels: pod.labels },
    spec: {
      containers: [
        { name: 'main', resources: { requests: { cpu: `${pod.cpuMilli}m`, memory: `${pod.memMi}Mi` } } },
      ],
      nodeSelector: pod.nodeSelector,
      affinity: { podAffinity: terms(pod.podAffinity), podAntiAffinity: terms(pod.podAntiAffinity) },
      topologySpreadConstraints: pod.spread?.map(({ key, maxSkew, sel, when }) => ({
        topologyKey: key,
        maxSkew,
        whenUnsatisfiable: when,
        labelSelector: { matchLabels: sel },
      })),
    },
  };
}

describe('smartscale pack on whole workloads', () => {
  const workloads: readonly (readonly [string, readonly ShortPod[], ReturnType<typeof kwokOfferings>])[] = [
    ['diverse', diversePods(IS_DEEP ? 100 : 40, seededRandom(3)), kwokOfferings()],
    ['wide', widePods().slice(0, IS_DEEP ? 105 : 35), kwokOfferings()],
    ...[11, 12, 13, 14].map((seed) => {
      const { pods, offerings } = smallInstance(seed);
      return [`small ${seed}`, pods, offerings] as const;
    }),
  ];

  it.each(workloads)(
    '%s: answers rightly, and the same from short pods, a List and YAML',
    async (...workload) => {
      const [, shorts, offerings] = workload;
      const answer = await pack(JSON.stringify(shorts), offerings);
      expect(checkPacking({ pods: shorts.map(podOfShort), offerings }, answer)).toEqual([]);
      const list = { apiVersion: 'v1', kind: 'List', items: shorts.map(manifest) };
      expect(await pack(JSON.stringify(list), offerings)).toEqual(answer);
      expect(await pack(stringify(list, { aliasDuplicateObjects: false }), offerings)).toEqual(answer);
    },
  );
});

describe('docs/packing.md', () => {
  it('shows what the command says of the examples', async () => {
    const page = readFileSync('docs/packing.md', 'utf8');
    const [, command = '', shown = ''] = /\$ npx smartscale (pack .*)\n([\s\S]*?)```/.exec(page) ?? [];
    const [, pods = '', offerings = ''] = /--pods (\S+) --offerings (\S+)/.exec(command) ?? [];
    const output = packText(await packFiles({ pods, offerings }));
    const timeless = (text: string) => text.replace(/found in [\d.]+ ms/, 'found');
    expect(timeless(output)).toBe(timeless(shown));
  });
});
