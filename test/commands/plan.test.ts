import { fileURLToPath } from 'node:url';
import { describe, expect, it } from '@jest/globals';
import { smartscale } from '../fakes/recorded-terminal.ts';

const DUMP = fileURLToPath(new URL('../cases/objects/template-label.yaml', import.meta.url));
const AT = ['--at', '2026-03-01T12:00:00Z'];

describe('smartscale plan --objects', () => {
  it('prints the plan in flat JSON, and what it left out to people alone', async () => {
    const { stdout, stderr, exitCode } = await smartscale('plan', '--objects', DUMP, ...AT, '--json');
    expect(exitCode).toBe(0);
    expect(JSON.parse(stdout)).toMatchObject({
      currentNodes: 1,
      actions: [{ kind: 'launch', types: expect.arrayContaining(['t3.small']), zones: expect.any(Array) }],
      kept: [{ node: 'n-0', code: expect.any(String), reason: expect.any(String) }],
    });
    expect(stderr).toContain('left out: document 1');
  });

  it('takes a load that is given', async () => {
    const load = ['--cpu-percent', '12.5', '--memory-percent', '20'];
    const { stdout } = await smartscale('plan', '--objects', DUMP, ...AT, ...load);
    expect(stdout).toContain('CPU 12.5 %, memory 20 %');
  });

  it.each([
    [['--cpu-percent', '120'], 'must be a percentage from 0 to 100'],
    [['--at', 'yesterday'], 'must be an ISO time'],
  ])('refuses %j with the rule', async (options, rule) => {
    const { stderr, exitCode } = await smartscale('plan', '--objects', DUMP, ...options);
    expect(exitCode).toBe(2);
    expect(stderr).toContain(rule);
  });

  it('dials nobody for options that say something of a dump where there is none', async () => {
    const { stderr, exitCode } = await smartscale('plan', '--cpu-percent', '20');
    expect(exitCode).toBe(2);
    expect(stderr).toContain('--cpu-percent says something of a dump');
  });
});
