import { describe, expect, it } from '@jest/globals';
import { recommendStep, recommendText } from '../../src/commands/recommend-words.ts';
import { parsePolicy } from '../../src/policy/parse-policy.ts';
import { FakePrometheus, matrix } from '../adapters/prometheus/fake-prometheus.ts';
import { smartscale } from '../fakes/recorded-terminal.ts';
import { temporaryFolder } from '../fakes/temporary-folder.ts';

const { file } = temporaryFolder();

const HOUR = 'timestamp,value\n2026-01-05T00:00Z,1\n2026-01-05T00:30Z,2\n';

describe('smartscale recommend', () => {
  it('prints what now costs and options that can be committed, as one JSON document', async () => {
    const trace = file('hour.csv', HOUR);
    const policy = file('policy.yaml', 'nodes:\n  min: 2 # at night, too\n');
    const args = ['recommend', '--trace', trace, '--policy', policy, '--peak-nodes', '2', '--json'];
    const { stdout, stderr, exitCode } = await smartscale(...args);
    expect([exitCode, stderr]).toEqual([0, '']);
    const { now, options } = JSON.parse(stdout);
    expect(now).toMatchObject({ realUsd: expect.any(Number), shortMinutes: expect.any(Number) });
    expect(options.map((option: { name: string }) => option.name)).toEqual(['cheapest', 'calmest', 'as now']);
    for (const option of options) {
      expect(option).toMatchObject({ realUsd: expect.any(Number), diff: expect.any(String) });
      expect(parsePolicy(option.policy).valid).toBe(true);
      expect(option.realUsd).toBeLessThanOrEqual(now.realUsd);
    }
    expect(options[2]).toMatchObject({ ...now, diff: '' });
  });

  it('judges by what Prometheus has measured of the cluster, where it is told to', async () => {
    const fake = await FakePrometheus.start();
    try {
      const now = Math.floor(Date.now() / 1_000);
      const values = Array.from({ length: 13 }, (_, i) => [now - (12 - i) * 300, '2.45'] as const);
      fake.reply = () => ({ body: matrix([{ metric: {}, values }]) });
      const { stdout } = await smartscale('recommend', '--prometheus-url', fake.url, '--days', '1', '--json');
      // 2.45 vCPUs are what two full t3.small carry at 70 % of what their pods request.
      expect(JSON.parse(stdout)).toMatchObject({
        peakNodes: 2,
        hours: 1,
        now: { shortMinutes: expect.any(Number) },
      });
      fake.reply = () => ({ body: matrix([]) });
      const empty = await smartscale('recommend', '--prometheus-url', fake.url);
      expect([empty.exitCode, empty.stderr]).toEqual([2, expect.stringContaining('check the URL')]);
    } finally {
      await fake.stop();
    }
  });

  it.each([
    [[], 'give --trace FILE, or --prometheus-url URL'],
    [['--prometheus-url', 'prometheus'], 'the URL of Prometheus must be one such as'],
    [['--trace', '/nowhere.csv'], 'cannot read /nowhere.csv: no such file'],
    [['--trace', 'x.csv', '--peak-nodes', '0'], 'must be a number from 0.5 to 200'],
    [['--trace', 'x.csv', '--days', '99'], 'must be a whole number from 1 to 28'],
  ])('refuses %j in one line with exit code 2', async (args, words) => {
    const { exitCode, stdout, stderr } = await smartscale('recommend', ...args);
    expect([exitCode, stdout, stderr.trim().split('\n').length]).toEqual([2, '', 1]);
    expect(stderr).toContain(words);
  });

  it('refuses a trace of minutes and a policy that is none', async () => {
    const minutes = file('minutes.csv', '2026-01-05T00:00Z,1\n2026-01-05T00:01Z,2\n');
    const short = await smartscale('recommend', '--trace', minutes);
    expect([short.exitCode, short.stderr]).toEqual([2, expect.stringContaining('an hour of load at least')]);
    const policy = file('bad.yaml', 'nodes: { min: many }\n');
    const bad = await smartscale('recommend', '--trace', file('h.csv', HOUR), '--policy', policy);
    expect([bad.exitCode, bad.stderr]).toEqual([2, expect.stringContaining('smartscale check')]);
  });
});

describe('the words of a recommendation', () => {
  const figures = { realUsd: 10, shortMinutes: 5, launches: 4, evictions: 3 };

  it('are a table, then each change once', () => {
    const cheap = { ...figures, realUsd: 7.5, policy: '', diff: '--- a\n+++ b\n' };
    const text = recommendText({
      trace: 'shop.csv',
      peakNodes: 8,
      hours: 168,
      now: figures,
      options: [
        { ...cheap, name: 'cheapest' },
        { ...cheap, name: 'calmest' },
        { ...figures, name: 'as now', policy: '', diff: '' },
      ],
    });
    expect(text).toBe(`168 h of shop.csv, whose peak needs 8 t3.small, simulated without faults:
          real bill  of now  short of capacity  launches  evictions
cheapest  7.50 USD   75 %    5 min              4         3
calmest   7.50 USD   75 %    5 min              4         3
as now    10.00 USD  100 %   5 min              4         3

cheapest:
--- a
+++ b

calmest: the same as cheapest
`);
  });

  it('say how far the search is', () => {
    expect(recommendStep({ simulated: 1, share: 0.25 })).toEqual({ text: '1 simulation done', share: 0.25 });
  });
});
