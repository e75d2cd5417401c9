import { describe, expect, it } from '@jest/globals';
import { ProgressDisplay } from '../../../src/commands/output/progress-display.ts';
import { isProgressShown } from '../../../src/commands/output/progress.ts';
import { withProgress } from '../../../src/commands/output/with-progress.ts';
import { RecordedTerminal, smartscale } from '../../fakes/recorded-terminal.ts';

/** A line that keeps what it shows. */
class ShownLine {
  text: string | undefined;

  start(text: string): void {
    this.text = text;
  }

  stop(): void {
    this.text = undefined;
  }
}

function display(columns = 80) {
  const line = new ShownLine();
  return {
    line,
    shown: new ProgressDisplay(line as ShownLine & { text: string }, () => columns, { text: 'reading' }),
  };
}

describe('ProgressDisplay', () => {
  it('shows nothing of work that takes less than two seconds', () => {
    const { line, shown } = display();
    shown.tick(1_999);
    shown.end();
    expect(line.text).toBeUndefined();
  });

  it('says what is under way and for how long, and is gone at the end', () => {
    const { line, shown } = display();
    shown.tick(2_000);
    expect(line.text).toBe('reading, 2 s');
    shown.report({ text: 'packing 9 pods' }, 2_100);
    shown.tick(300_000);
    expect(line.text).toBe('packing 9 pods, 5 min');
    shown.end();
    expect(line.text).toBeUndefined();
  });

  it('says how long the rest takes at the pace so far, and counts that down', () => {
    const { line, shown } = display();
    shown.report({ text: 'a quarter', share: 0.25 }, 20_000);
    shown.tick(20_000);
    expect(line.text).toBe('a quarter, 20 s, about 60 s left');
    shown.tick(30_000);
    expect(line.text).toBe('a quarter, 30 s, about 50 s left');
    shown.tick(90_000);
    expect(line.text).toBe('a quarter, 90 s');
    shown.report({ text: 'all', share: 1 }, 91_000);
    shown.tick(91_000);
    expect(line.text).toBe('all, 91 s');
  });

  it('never wraps', () => {
    const { line, shown } = display(10);
    shown.tick(2_000);
    expect(line.text).toBe('reading');
  });
});

describe('isProgressShown', () => {
  const words = { json: false };
  it.each([
    [words, { isTTY: true }, {}, true],
    [{ json: true }, { isTTY: true }, {}, false],
    [words, {}, {}, false],
    [words, { isTTY: true }, { CI: 'true' }, false],
    [words, { isTTY: true }, { TERM: 'dumb' }, false],
  ])('with %j on %j in %j is %s', (options, stderr, env, isShown) => {
    expect(isProgressShown(options, stderr, env)).toBe(isShown);
  });
});

describe('withProgress', () => {
  it('wipes the line away when the work fails, too', async () => {
    let isStopped = false;
    const terminal = new RecordedTerminal();
    terminal.startProgress = async () => ({
      report: () => undefined,
      stop: async () => {
        isStopped = true;
      },
    });
    const failing = withProgress(terminal, { text: 'x', json: false }, () => Promise.reject(new Error('no')));
    await expect(failing).rejects.toThrow('no');
    expect(isStopped).toBe(true);
  });

  it('is told how many worlds are simulated, and with which violations', async () => {
    const { steps } = await smartscale('simulate', '--seeds', '1..2', '--hours', '1', '--workers', '1');
    expect(steps).toEqual([
      'reading',
      'simulated 0 of 2 worlds',
      'simulated 1 of 2 worlds',
      'simulated 2 of 2 worlds',
    ]);
  });
});
