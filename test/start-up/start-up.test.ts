import { spawnSync } from 'node:child_process';
import { mkdtempSync, readdirSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';

const ROOT = join(import.meta.dirname, '..', '..');
const PRINT_LOADED = join(import.meta.dirname, 'print-loaded-modules.mjs');
const POLICY = 'examples/policies/default.yaml';

/** Where compiled sources are kept during a test. */
let cache: string;

beforeEach(() => {
  cache = mkdtempSync(join(tmpdir(), 'smartscale-start-up-'));
});
afterEach(() => rmSync(cache, { recursive: true, force: true }));

function smartscale(args: readonly string[], nodeFlags: readonly string[] = [], folder = cache) {
  const flags = ['--disable-warning=ExperimentalWarning', ...nodeFlags];
  return spawnSync(process.execPath, [...flags, '.config/bin/smartscale.js', ...args], {
    cwd: ROOT,
    encoding: 'utf8',
    env: { ...process.env, NODE_OPTIONS: '', NODE_COMPILE_CACHE: folder },
  });
}

/** What a command loads: its packages, the folders of src/, and how many modules there are in all. */
function loadedBy(args: readonly string[]) {
  const { status, stderr } = smartscale(args, ['--import', PRINT_LOADED]);
  expect(status).toBe(0);
  const urls = JSON.parse(stderr.slice(stderr.lastIndexOf('\n'))) as readonly string[];
  const first = (pattern: RegExp) => [...new Set(urls.flatMap((url) => pattern.exec(url)?.[1] ?? []))].sort();
  return {
    packages: first(/\/node_modules\/((?:@[^/]+\/)?[^/]+)/),
    rooms: first(/\/src\/([^/]+)\//),
    modules: urls.length,
  };
}

describe('the start of a command', () => {
  it('loads for `check` what reads a policy, and no client, server or simulator', () => {
    const { packages, rooms, modules } = loadedBy(['check', POLICY]);
    expect(packages).toEqual(['commander', 'croner', 'leven', 'yaml', 'zod']);
    expect(rooms).not.toContain('adapters');
    expect(rooms).not.toContain('simulate');
    expect(modules).toBeLessThan(300);
  });

  it('loads for `--help` nothing but the command line', () => {
    const { packages, modules } = loadedBy(['--help']);
    expect(packages).toEqual(['commander']);
    expect(modules).toBeLessThan(60);
  });

  it('keeps compiled sources for the next start', () => {
    expect(smartscale(['check', POLICY]).status).toBe(0);
    expect(readdirSync(cache)).not.toEqual([]);
  });

  it('answers the same where compiled sources cannot be kept', () => {
    const kept = smartscale(['check', POLICY]);
    const { status, stdout, stderr } = smartscale(['check', POLICY], [], '/dev/null/nowhere');
    expect({ status, stdout, stderr }).toEqual({
      status: 0,
      stdout: kept.stdout,
      stderr: '',
    });
  });
});
