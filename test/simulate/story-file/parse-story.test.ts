import { readdirSync, readFileSync } from 'node:fs';
import { describe, expect, it } from '@jest/globals';
import { parseStory, StoryError } from '../../../src/simulate/story-file/parse-story.ts';

const FAULTS = ['boot', 'zone'];
const LOAD = "load: [{ at: '00:00', percent: 50 }]";
const story = (more: string) => parseStory(`about: a test\n${LOAD}\n${more}`, FAULTS);
const errorOf = (text: string) => {
  try {
    parseStory(text, FAULTS);
  } catch (error) {
    if (error instanceof StoryError) return error.message;
    throw error;
  }
  return 'no error';
};

describe('parseStory', () => {
  it('reads times since the beginning, past midnight too, and fills in what is not said', () => {
    const { load, hours, shop, peakNodes } = story('');
    expect(load).toEqual([{ at: 0, percent: 50 }]);
    expect({ hours, shop, peakNodes }).toEqual({ hours: 24, shop: true, peakNodes: 8 });
    const { strikes } = story('strikes: [{ at: "33:30:10", kind: burst, pods: 3 }]');
    expect(strikes).toEqual([{ at: (33 * 3_600 + 30 * 60 + 10) * 1_000, kind: 'burst', pods: 3 }]);
  });

  it.each([
    ['about: a\nload: [', 'line 2: no valid YAML'],
    [`about: a\n${LOAD}\nworklods: []`, 'line 3: worklods: no such key exists: did you mean workloads?'],
    [`about: a\n${LOAD}\nhours: 0`, 'line 3: hours: '],
    ['about: a', 'line 1: load: '],
    ["about: a\nload:\n  - { at: '9', percent: 1 }", 'line 3: load.0.at: must be a time since the beginning'],
    [
      "about: a\nload:\n  - { at: '09:00', percent: 1 }\n  - { at: '08:00', percent: 1 }",
      'line 4: load.1.at: must be later than the point before it',
    ],
    ["about: a\nload: [{ at: '00:00', percent: 0 }]", 'load: must be above 0 somewhere'],
    [
      `about: a\n${LOAD}\nworkloads:\n  - { name: x, kind: CronJob, cpuMillis: 1, memoryMiB: 1 }`,
      'line 4: workloads.0.everyMinutes: is required of a CronJob',
    ],
    [
      `about: a\n${LOAD}\nstrikes:\n  - { at: '01:00', kind: fault, name: fire }`,
      'line 4: strikes.0.name: no fault is called so: use one of boot, zone',
    ],
    [`about: a\n${LOAD}\nstrikes:\n  - { at: '01:00', kind: fire }`, 'line 4: strikes.0.kind: '],
  ])('says where %j is wrong, and what', (text, message) => {
    expect(errorOf(text)).toContain(message);
  });

  it('refuses two workloads of a name and more load served than there is', () => {
    const one = '{ name: x, cpuMillis: 1, memoryMiB: 1 }';
    expect(() => story(`workloads: [${one}, ${one}]`)).toThrow('workloads.1.name: stands twice');
    const serving = (name: string) =>
      `{ name: ${name}, cpuMillis: 1, memoryMiB: 1, autoscale: { minReplicas: 1, maxReplicas: 2, loadPercent: 60 } }`;
    expect(() => story(`workloads: [${serving('a')}, ${serving('b')}]`)).toThrow('serve 120 % of the load');
  });

  it('reads every shipped story', () => {
    const folder = new URL('../../../examples/stories/', import.meta.url);
    const files = readdirSync(folder).filter((name) => name.endsWith('.yaml'));
    expect(files).toHaveLength(8);
    for (const file of files)
      expect(parseStory(readFileSync(new URL(file, folder), 'utf8'), FAULTS).hours).toBe(24);
  });
});
