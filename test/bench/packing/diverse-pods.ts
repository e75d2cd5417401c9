import { readFileSync } from 'node:fs';
import { RandomStream } from '../../../src/simulate/base/random-stream.ts';
import type { ShortPod } from '../../packing-checker/short-pods.ts';

const CPU_MILLIS = [100, 250, 500, 1000, 1500];
const MEMORY_MIB = [100, 256, 512, 1024, 2048, 4096];
const LETTERS = ['a', 'b', 'c', 'd', 'e', 'f', 'g'];
const ZONE = 'topology.kubernetes.io/zone';
const HOST = 'kubernetes.io/hostname';

/** The next choice among this many, counted from 0. */
type RandomSource = (choices: number) => number;

/** Karpenter's "diverse" pods: generic, zone spread, host spread, zone affinity, host anti-affinity, a fifth each. */
export function diversePods(count: number, random: RandomSource): readonly ShortPod[] {
  const each = Math.floor(count / 5);
  const one = <T>(list: readonly T[]): T => list[random(list.length)] as T;
  const block = (name: string, placing: () => Partial<ShortPod>) =>
    Array.from({ length: each }, (_, i): ShortPod => {
      const size = { cpuMilli: one(CPU_MILLIS), memMi: one(MEMORY_MIB) };
      return { name: `${name}-${i}`, ...size, ...placing() };
    });
  const spread = (key: string) => () => ({
    labels: { 'my-label': one(LETTERS) },
    spread: [{ key, maxSkew: 1, sel: { 'my-label': one(LETTERS) }, when: 'DoNotSchedule' as const }],
  });
  return [
    ...block('generic', () => ({ labels: { 'my-label': one(LETTERS) } })),
    ...block('zone-spread', spread(ZONE)),
    ...block('host-spread', spread(HOST)),
    ...block('zone-affinity', () => {
      const labels = { 'my-affinity': one(LETTERS) };
      return { labels, podAffinity: [{ key: ZONE, sel: labels }] };
    }),
    ...block('host-anti-affinity', () => {
      const labels = { app: 'nginx' };
      return { labels, podAntiAffinity: [{ key: HOST, sel: labels }] };
    }),
  ];
}

/** The generic fifth alone. */
export function genericPods(count: number, random: RandomSource): readonly ShortPod[] {
  return diversePods(count * 5, random).slice(0, count);
}

/** Choices of our own seed. */
export function seededRandom(seed: number): RandomSource {
  const chance = new RandomStream(seed).stream('diverse');
  return (choices) => chance.integer(choices);
}

/**
 * The choices that Karpenter's own generator makes with its seed 42 for this many pods, of which its figures are; kept for 100,
 * 1,000 and 5,000, since another language's generator cannot be had from a seed.
 */
export function karpenterRandom(count: number): RandomSource {
  const file = new URL('diverse-of-seed-42.txt', import.meta.url);
  const [, after = ''] = readFileSync(file, 'utf8').split(`diverse-${count}\n`);
  const digits = after.replace(/diverse-[\s\S]*$/, '').replaceAll('\n', '');
  let next = 0;
  return () => {
    const digit = digits[next];
    if (digit === undefined)
      throw new Error(`no choice ${next} is kept of Karpenter's ${count} diverse pods`);
    next += 1;
    return Number(digit);
  };
}
