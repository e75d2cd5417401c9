import { execFileSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { unifiedDiff } from '../../../src/use-cases/recommend/unified-diff.ts';

const lines = (from: number, to: number) =>
  Array.from({ length: to - from + 1 }, (_, i) => `line ${from + i}\n`).join('');

let folder: string;

beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'smartscale-test-'));
});

afterAll(() => rmSync(folder, { recursive: true, force: true }));

/** What `git apply` makes of it. */
function applied(before: string, diff: string): string {
  writeFileSync(join(folder, 'policy.yaml'), before);
  execFileSync('git', ['apply', '-'], { cwd: folder, input: diff });
  return readFileSync(join(folder, 'policy.yaml'), 'utf8');
}

describe('unifiedDiff', () => {
  it('shows a change with three lines around', () => {
    const before = lines(1, 10);
    const after = before.replace('line 5\n', 'line five\n');
    expect(unifiedDiff(before, after, 'policy.yaml')).toBe(`--- a/policy.yaml
+++ b/policy.yaml
@@ -2,7 +2,7 @@
 line 2
 line 3
 line 4
-line 5
+line five
 line 6
 line 7
 line 8
`);
  });

  it('is empty where nothing changes', () => {
    expect(unifiedDiff(lines(1, 3), lines(1, 3), 'policy.yaml')).toBe('');
  });

  it('can be applied: changes near and far, at both ends, lines more and lines less', () => {
    const before = lines(1, 40);
    const after = `first\n${before.replace('line 12\n', '').replace('line 14\n', 'line 14\nline 14b\n')}last\n`;
    expect(applied(before, unifiedDiff(before, after, 'policy.yaml'))).toBe(after);
  });
});
