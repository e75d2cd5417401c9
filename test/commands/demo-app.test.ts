import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { createInterface } from 'node:readline';
import { afterEach, describe, expect, it } from '@jest/globals';

let child: ChildProcess | undefined;

afterEach(() => {
  child?.kill('SIGKILL');
  child = undefined;
});

interface AppProcess {
  readonly url: string;
  readonly log: Record<string, unknown>[];
  readonly exit: Promise<number | null>;
  terminate(): void;
}

/** The app as its pod starts it, on a free port. */
async function startApp(...flags: readonly string[]): Promise<AppProcess> {
  const started = spawn(process.execPath, ['src/bin.js', 'demo-app', '--port', '0', ...flags], {
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  child = started;
  const log: Record<string, unknown>[] = [];
  const exit = once(started, 'close').then(([code]) => code as number | null);
  const lines = createInterface({ input: started.stdout });
  const listening = new Promise<number>((resolve) => {
    lines.on('line', (line) => {
      const entry = JSON.parse(line) as Record<string, unknown>;
      log.push(entry);
      if (entry['msg'] === 'started') resolve(Number(entry['port']));
    });
  });
  const port = await listening;
  return { url: `http://127.0.0.1:${port}`, log, exit, terminate: () => void started.kill('SIGTERM') };
}

/** A pod that takes no connection is not ready either; one that closes its port resets those in its backlog. */
async function isReady(url: string): Promise<boolean> {
  try {
    return (await fetch(`${url}/ready`)).status === 200;
  } catch (error) {
    expect((error as Error).cause).toMatchObject({ code: expect.stringMatching(/^ECONN(REFUSED|RESET)$/) });
    return false;
  }
}

describe('smartscale demo-app', () => {
  it('loses no request under SIGTERM', async () => {
    const { url, log, exit, terminate } = await startApp(
      '--error-rate',
      '0',
      '--drain-seconds',
      '2',
      '--json',
    );
    const statuses: number[] = [];
    const terminated = new AbortController();
    const open = new Set<Promise<Response>>();
    // As behind a Service: a client sends as long as the pod is ready, and ends what it has begun.
    const client = async (path: string) => {
      while (!terminated.signal.aborted || (await isReady(url))) {
        const request = fetch(`${url}${path}`);
        open.add(request);
        statuses.push((await request).status);
        open.delete(request);
      }
    };
    const clients = ['/api/heavy', '/api/heavy', '/api/heavy', '/api/data'].map((path) => client(path));
    while (statuses.length < 10 || open.size === 0) await fetch(`${url}/health`);
    const openAtTermination = open.size;
    terminated.abort();
    terminate();
    await Promise.all(clients);
    expect(await exit).toBe(0);
    expect(openAtTermination).toBeGreaterThan(0);
    expect(new Set(statuses)).toEqual(new Set([200]));
    expect(log.at(-1)).toMatchObject({ msg: 'stopped', cutRequests: 0 });
  });

  it('answers probes while it burns', async () => {
    const { url, exit, terminate } = await startApp('--error-rate', '0', '--drain-seconds', '0');
    const burnt = new AbortController();
    const burns = Promise.all(Array.from({ length: 4 }, () => fetch(`${url}/api/heavy`))).then((answers) => {
      burnt.abort();
      return answers.map((answer) => answer.status);
    });
    let answeredMeanwhile = 0;
    while (!burnt.signal.aborted) {
      expect((await fetch(`${url}/health`)).status).toBe(200);
      answeredMeanwhile += burnt.signal.aborted ? 0 : 1;
    }
    expect(new Set(await burns)).toEqual(new Set([200]));
    expect(answeredMeanwhile).toBeGreaterThan(4);
    terminate();
    expect(await exit).toBe(0);
  });

  it.each([
    [['--error-rate', '1.5'], 'must be a number from 0 to 1'],
    [['--drain-seconds', '-1'], 'must be a whole number from 0 to 300'],
    [['--queue-item-cpu-ms', '0'], 'must be a whole number from 1 to 10000'],
  ])('refuses %j with the rule', async (flags, rule) => {
    const started = spawn(process.execPath, ['src/bin.js', 'demo-app', ...flags], {
      stdio: ['ignore', 'ignore', 'pipe'],
    });
    child = started;
    let told = '';
    started.stderr.on('data', (chunk: Buffer) => {
      told += chunk.toString();
    });
    const [code] = (await once(started, 'close')) as [number];
    expect([code, told]).toEqual([2, expect.stringContaining(rule)]);
  });
});
