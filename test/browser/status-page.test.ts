import { execFileSync } from 'node:child_process';
import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { type Browser, chromium, type Page } from 'playwright-core';
import { type DemoProcess, startDemo } from './demo-process.ts';

const CHROMIUM = ['/usr/bin/chromium', '/usr/bin/chromium-browser'].find((path) => existsSync(path));
const SCREENSHOTS = '.cache/screenshots';
const QUIET = [
  '--no-sandbox',
  '--disable-gpu',
  '--disable-quic',
  '--no-first-run',
  '--disable-background-networking',
  '--disable-component-update',
  '--disable-sync',
];

/** In the page: its tiles and its plot are drawn. Page scripts are text here, since the tests know no browser types. */
const PLOTTED =
  "document.querySelector('#plot canvas') !== null && document.querySelectorAll('.tile').length > 0";

let demo: DemoProcess;
let browser: Browser;

beforeAll(async () => {
  if (CHROMIUM === undefined)
    throw new Error('no Chromium: install it (on Debian: `apt-get install chromium`)');
  mkdirSync(SCREENSHOTS, { recursive: true });
  const startedMs = performance.now();
  [demo, browser] = await Promise.all([
    startDemo(),
    chromium.launch({ executablePath: CHROMIUM, args: QUIET }),
  ]);
  const page = await open(1280, 'light');
  process.stdout.write(
    `first plot ${((performance.now() - startedMs) / 1000).toFixed(1)} s after the command\n`,
  );
  await page.context().close();
});

afterAll(async () => {
  await browser?.close();
  await demo?.stop();
});

/** Waits until the expression holds in the page, frame by frame: the page forbids the `eval` that Playwright's own wait needs. */
async function until(page: Page, expression: string): Promise<void> {
  await page.evaluate(
    `new Promise((resolve) => { const look = () => (${expression}) ? resolve() : requestAnimationFrame(look); look(); })`,
  );
}

/** Opens the page and waits until its plot is drawn. */
async function open(width: number, colorScheme: 'light' | 'dark'): Promise<Page> {
  const context = await browser.newContext({ viewport: { width, height: 900 }, colorScheme });
  const page = await context.newPage();
  await page.goto(demo.url);
  await until(page, PLOTTED);
  return page;
}

function git(...args: string[]): void {
  execFileSync('git', ['-C', demo.repository, '-c', 'commit.gpgsign=false', ...args], { stdio: 'ignore' });
}

function commit(change: (text: string) => string, subject: string): void {
  const file = join(demo.repository, 'policy.yaml');
  writeFileSync(file, change(readFileSync(file, 'utf8')));
  git('commit', '-am', subject);
}

/** How many of the plot's pixels are not background. */
function inkOf(page: Page): Promise<number> {
  return page.evaluate(`(() => {
    const canvas = document.querySelector('#plot canvas');
    const { data } = canvas.getContext('2d').getImageData(0, 0, canvas.width, canvas.height);
    return data.filter((value, i) => i % 4 === 3 && value > 0).length;
  })()`);
}

describe('the status page in a browser', () => {
  it.each([
    [1280, 'light'],
    [1280, 'dark'],
    [390, 'light'],
    [390, 'dark'],
  ] as const)(
    'reads without errors and without sideways scrolling at %i pixels, %s',
    async (width, scheme) => {
      const context = await browser.newContext({ viewport: { width, height: 900 }, colorScheme: scheme });
      const page = await context.newPage();
      const complaints: string[] = [];
      page.on('console', (message) => {
        if (message.type() === 'error' || message.type() === 'warning') complaints.push(message.text());
      });
      page.on('pageerror', (error) => complaints.push(error.message));
      page.on('requestfailed', (request) => complaints.push(`failed: ${request.url()}`));
      await page.goto(demo.url);
      await until(page, "document.querySelector('#nodes tbody tr td.why') !== null");
      await page.screenshot({ path: join(SCREENSHOTS, `page-${width}-${scheme}.png`), fullPage: true });
      const overflow = await page.evaluate(
        'document.documentElement.scrollWidth - document.documentElement.clientWidth',
      );
      expect(complaints).toEqual([]);
      expect(overflow).toBeLessThanOrEqual(0);
      expect(await inkOf(page)).toBeGreaterThan(1_000);
      await context.close();
    },
  );

  it('asks no host but its own', async () => {
    const context = await browser.newContext();
    const page = await context.newPage();
    const hosts = new Set<string>();
    page.on('request', (request) => {
      if (request.url().startsWith('http')) hosts.add(new URL(request.url()).host);
    });
    await page.goto(demo.url);
    await until(page, PLOTTED);
    expect([...hosts]).toEqual([new URL(demo.url).host]);
    await context.close();
  });

  it('says for every worker why it stays, and prices it', async () => {
    const page = await open(1280, 'light');
    const rows = await page.evaluate<readonly (readonly string[])[]>(
      "[...document.querySelectorAll('#nodes tbody tr')].map((row) => [...row.cells].map((cell) => cell.textContent))",
    );
    expect(rows.length).toBeGreaterThanOrEqual(2);
    for (const row of rows) {
      expect(row[5]).toMatch(/^0\.\d{4}$/);
      expect(row[9]?.length).toBeGreaterThan(5);
    }
    await page.context().close();
  });

  it('shows a commit as the policy in force, and its revert', async () => {
    const page = await open(1280, 'light');
    commit((text) => text.replace('max: 10', 'max: 9'), 'At most nine');
    await page.locator('#policy-line', { hasText: 'At most nine' }).waitFor();
    git('revert', '--no-edit', 'HEAD');
    await page.locator('#policy-line', { hasText: 'Revert "At most nine"' }).waitFor();
    expect(await page.locator('#policies li').first().textContent()).toContain('in force');
    await page.context().close();
  });

  it('says which rule a bad commit breaks, keeps the last good policy, and forgets it after the revert', async () => {
    const page = await open(1280, 'light');
    commit((text) => `${text}\nnodez: 3\n`, 'Break it');
    const banner = page.locator('#banner', { hasText: 'the last good one stays in force' });
    await banner.waitFor();
    expect(await banner.textContent()).toContain('nodez');
    await page.screenshot({ path: join(SCREENSHOTS, 'page-rejected.png') });
    git('revert', '--no-edit', 'HEAD');
    await banner.waitFor({ state: 'hidden' });
    await page.context().close();
  });

  it('carries out a fault and marks it', async () => {
    const page = await open(1280, 'light');
    await page.getByRole('button', { name: 'Burst of 40 pods' }).click();
    await page.locator('#control-answer', { hasText: '40 pods arrive at once' }).waitFor();
    await page.locator('#decisions .head', { hasText: 'launch' }).first().waitFor();
    await page.screenshot({ path: join(SCREENSHOTS, 'page-burst.png'), fullPage: true });
    const headlines = await page.locator('#decisions .head').allTextContents();
    expect(headlines.some((headline) => /^launch \d+ nodes?: \d+ → \d+$/.test(headline))).toBe(true);
    await page.context().close();
  });

  it('pauses and goes on', async () => {
    const page = await open(1280, 'light');
    await page.getByRole('button', { name: 'Pause' }).click();
    await page.locator('#clock', { hasText: 'paused' }).waitFor();
    await page.getByRole('button', { name: 'Go on' }).click();
    await page.locator('#clock', { hasText: '60× real time' }).waitFor();
    expect(await page.locator('#pause').textContent()).toBe('Pause');
    await page.context().close();
  });
});

describe('the demo as a process', () => {
  it('ends cleanly at Ctrl-C', async () => {
    const other = await startDemo();
    await expect(other.stop()).resolves.toBe(0);
  });
});
