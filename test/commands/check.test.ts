import { spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { defaultPolicy } from '../../src/policy/default-policy.ts';
import { policyDigest } from '../../src/policy/policy-digest.ts';
import { smartscale as inProcess } from '../fakes/recorded-terminal.ts';

const BIN = fileURLToPath(new URL('../../src/bin.js', import.meta.url));
let folder = '';

beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'smartscale-check-'));
});
afterAll(() => rmSync(folder, { recursive: true, force: true }));

const fileWith = (text: string | Uint8Array, name = 'policy.yaml') => {
  const file = join(folder, name);
  writeFileSync(file, text);
  return file;
};

const check = async (file: string, ...flags: readonly string[]) => {
  const { stdout, stderr, exitCode } = await inProcess('check', file, ...flags);
  if (exitCode === 2) throw new Error(stderr);
  return { valid: exitCode === 0, output: stdout };
};

const smartscale = (args: readonly string[], input = '') =>
  spawnSync(process.execPath, ['--disable-warning=ExperimentalWarning', BIN, ...args], {
    encoding: 'utf8',
    input,
  });

describe('smartscale check', () => {
  it('names the digest of a valid policy', async () => {
    const file = fileWith('nodes: {max: 10}\n');
    expect(await check(file)).toEqual({
      valid: true,
      output: `${file}  valid, digest ${policyDigest(defaultPolicy())}\n`,
    });
  });

  it('prints each fault with file, line, field, value, rule and remedy', async () => {
    const file = fileWith(
      'nodes:\n  min: 3\n  max: 2\nspott: {percent: 50, onDemandBase: 2, and: a lot more than fits a line}\n',
    );
    const { valid, output } = await check(file);
    expect(valid).toBe(false);
    expect(output.split('\n')).toEqual([
      `${file}:3  nodes.max = 2: nodes.max (2) must be at least nodes.min (3): no fleet could satisfy both; raise nodes.max to at least 3, or lower nodes.min`,
      `${file}:4  spott = {"percent":50,"onDemandBase":2,"and":"a lot more than fits …: no such key exists; did you mean spot?`,
      '',
    ]);
  });

  it('speaks of the file where a fault has no field', async () => {
    const file = fileWith('');
    expect((await check(file)).output).toMatch(/policy\.yaml:1 {2}the file: is empty; write \{\}/);
  });

  it.each([
    ['nodes: {max: 10}', true, policyDigest(defaultPolicy()), []],
    ['nodes: {max: 0}', false, null, ['nodes.max']],
  ])('answers %j as one JSON document', async (text, valid, digest, paths) => {
    const { output } = await check(fileWith(text), '--json');
    expect(output.endsWith('}\n')).toBe(true);
    const answer = JSON.parse(output) as { readonly faults: readonly { readonly path: string }[] };
    expect(answer).toMatchObject({ valid, digest });
    expect(answer.faults.map((fault) => fault.path)).toEqual(paths);
  });

  it('refuses a missing file, a directory and what is not text, with the way out', async () => {
    await expect(check(join(folder, 'none.yaml'))).rejects.toThrow(/none\.yaml: no such file: check/);
    await expect(check(folder)).rejects.toThrow(/directory: name a file/);
    await expect(check(join(fileWith('{}'), 'x'))).rejects.toThrow(/no directory/);
    const binary = fileWith(Uint8Array.of(0xff, 0xfe, 0x00), 'binary.yaml');
    await expect(check(binary)).rejects.toThrow(/not UTF-8 text: save it as UTF-8/);
  });
});

describe('smartscale check --against', () => {
  const before = () => fileWith('nodes: {max: 8}\n', 'before.yaml');
  const after = () => fileWith('nodes: {max: 6}\nspot: {percent: 50}\n', 'after.yaml');

  it('tells each key that differs', async () => {
    const { output } = await check(after(), '--against', before());
    expect(output.split('\n').slice(1)).toEqual(['  nodes.max  8 → 6', '  spot.percent  70 → 50', '']);
  });

  it('answers with the digest of both and the changes', async () => {
    const { output } = await check(after(), '--against', before(), '--json');
    expect(JSON.parse(output)).toMatchObject({
      valid: true,
      faults: [],
      against: { valid: true, digest: expect.stringMatching(/^sha256:/) },
      changes: [
        { path: 'nodes.max', from: 8, to: 6 },
        { path: 'spot.percent', from: 70, to: 50 },
      ],
    });
  });

  it('knows no changes when either is no valid policy, and says which', async () => {
    const broken = fileWith('nodes: {max: 0}', 'broken.yaml');
    const mended = await check(after(), '--against', broken, '--json');
    expect(JSON.parse(mended.output)).toMatchObject({
      valid: true,
      against: { valid: false },
      changes: null,
    });
    expect((await check(after(), '--against', broken)).output).toContain('no valid policy');
    const spoilt = await check(broken, '--against', after(), '--json');
    expect(JSON.parse(spoilt.output)).toMatchObject({
      valid: false,
      against: { valid: true },
      changes: null,
    });
  });

  it('shows a reviewer digest and keys as a Markdown table', async () => {
    const { valid, output } = await check(after(), '--against', before(), '--markdown');
    expect(valid).toBe(true);
    const lines = output.split('\n');
    expect(lines[0]).toBe(`### \`${join(folder, 'after.yaml')}\`: valid`);
    expect(lines[2]).toMatch(/^Digest `sha256:[0-9a-f]{64}` → `sha256:[0-9a-f]{64}`$/);
    expect(lines.slice(4)).toEqual([
      '| key | before | after |',
      '| --- | --- | --- |',
      '| `nodes.max` | `8` | `6` |',
      '| `spot.percent` | `70` | `50` |',
      '',
    ]);
  });

  it.each([
    ['as before', 'nodes: {max: 8, min: 2}', 'No key changes.'],
    ['first', undefined, 'A new policy, digest `sha256:'],
  ])('says in Markdown when a policy is %s', async (_case, text, sentence) => {
    const against = text === undefined ? [] : ['--against', fileWith(text, 'other.yaml')];
    expect((await check(before(), ...against, '--markdown')).output).toContain(sentence);
  });

  it('lets nothing that a policy holds become markup of the comment', async () => {
    const text = 'spot | `x` @team <b>: 1\nkind: "`a|b`\\nc"\n';
    const { valid, output } = await check(fileWith(text), '--markdown');
    expect(valid).toBe(false);
    const rows = output.trimEnd().split('\n').slice(4);
    for (const row of rows) expect(row.replaceAll('\\|', '').split('|')).toHaveLength(7);
    expect(output).toContain('``spot \\| `x` @team <b>``');
  });
});

describe('smartscale schema', () => {
  it('prints the JSON Schema, or the table of keys', async () => {
    const { stdout } = await inProcess('schema');
    expect(JSON.parse(stdout)).toMatchObject({ title: 'SmartScale policy', type: 'object' });
    expect((await inProcess('schema', '--table')).stdout).toContain('| `nodes.max` | `10` | nodes |');
  });
});

describe('the command line', () => {
  it('exits with 0 for a valid policy on standard input and prints nothing but JSON', () => {
    const { status, stdout, stderr } = smartscale(['check', '-', '--json'], '{}');
    expect({ status, stderr, valid: (JSON.parse(stdout) as { valid: boolean }).valid }).toEqual({
      status: 0,
      stderr: '',
      valid: true,
    });
  });

  it('exits with 1 for an invalid policy', () => {
    expect(smartscale(['check', '-'], 'nodes: {max: 0}').status).toBe(1);
  });

  it.each([
    [['check', 'none.yaml'], /^smartscale: cannot read none\.yaml: no such file: check the path\n$/],
    [['chekc', 'x'], /^smartscale: unknown command 'chekc'.*Did you mean check.*\n$/],
    [['check', 'x', '--jsno'], /^smartscale: unknown option '--jsno'.*Did you mean --json.*\n$/],
    [['check'], /^smartscale: missing required argument 'file'.*\n$/],
    [[], /^smartscale: no command given.*--help.*\n$/],
  ])('exits with 2 and one line for %j', (args, line) => {
    const { status, stdout, stderr } = smartscale(args);
    expect({ status, stdout }).toEqual({ status: 2, stdout: '' });
    expect(stderr).toMatch(line);
  });
});
