import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { rmSync } from 'node:fs';
import { createInterface } from 'node:readline';
import { text } from 'node:stream/consumers';
import { describe, expect, it } from '@jest/globals';

describe('smartscale demo --json', () => {
  it('prints where page and policy are as one document, and tells its story on stderr', async () => {
    const demo = spawn(process.execPath, ['src/bin.js', 'demo', '--port', '0', '--json'], {
      stdio: ['ignore', 'pipe', 'pipe'],
    });
    const closed = once(demo, 'close');
    const told = text(demo.stderr);
    const lines: string[] = [];
    const reader = createInterface({ input: demo.stdout });
    reader.on('line', (line) => {
      lines.push(line);
      demo.kill('SIGTERM');
    });
    expect((await closed)[0]).toBe(0);
    expect(lines).toHaveLength(1);
    const { repository, ...more } = JSON.parse(lines[0] ?? '') as { readonly repository: string };
    rmSync(repository, { recursive: true, force: true });
    expect(more).toEqual({
      page: expect.stringMatching(/^http:\/\/localhost:\d+$/),
      metrics: expect.stringMatching(/^http:\/\/localhost:\d+\/metrics$/),
      policy: `${repository}/policy.yaml`,
      speed: 60,
      seed: 1,
    });
    expect(await told).toContain(`Stopped. Your policy and its history stay in ${repository}\n`);
  });
});
