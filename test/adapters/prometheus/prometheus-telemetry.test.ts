import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import type { PrometheusOptions } from '../../../src/adapters/prometheus/prometheus-options.ts';
import { PrometheusTelemetry } from '../../../src/adapters/prometheus/prometheus-telemetry.ts';
import type { Clock } from '../../../src/ports.ts';
import { FakePrometheus, matrix, type RecordedQuery, type Reply, vector } from './fake-prometheus.ts';

const NOW_S = 1_780_000_000;
const NODES = ['i-1', 'i-2'];
const signal = new AbortController().signal;
const clock: Clock = {
  now: () => NOW_S * 1_000,
  monotonicMs: () => 0,
  sleep: async () => {},
  callAfter: () => () => {},
};

let fake: FakePrometheus;

beforeEach(async () => {
  fake = await FakePrometheus.start();
});

afterEach(() => fake.stop());

const telemetry = (options: Partial<PrometheusOptions> = {}) =>
  new PrometheusTelemetry({ baseUrl: fake.url, timeoutMs: 5_000, ...options }, clock);

const ask = (subject: PrometheusTelemetry, nodeNames: readonly string[] = NODES) =>
  subject.utilization({ nodeNames, windowMs: 600_000, stepMs: 15_000 }, signal);

type Points = readonly (readonly [secondsAgo: number, value: string])[];

/** A range answer of one value series and one count of nodes. */
function range(values: Points, nodes = '2'): unknown {
  const at = (points: Points) => points.map(([ago, value]) => [NOW_S - ago, value] as const);
  return matrix([
    { metric: { part: 'value' }, values: at(values) },
    { metric: { part: 'nodes' }, values: at(values.map(([ago]) => [ago, nodes] as const)) },
  ]);
}

/** An instant answer of each node's CPU, by one exporter each. */
function perNode(cpu: Readonly<Record<string, string>>, label = 'node', copies = '1'): unknown {
  const parts = Object.entries(cpu).flatMap(([name, value]) => [
    { metric: { part: 'cpu', [label]: name }, value: [NOW_S, value] as const },
    { metric: { part: 'copies', [label]: name }, value: [NOW_S, copies] as const },
  ]);
  return vector(parts);
}

const isRange = (query: RecordedQuery): boolean => query.path.endsWith('/query_range');

/** Answers every range query alike, and the instant one with a calm fleet. */
function answering(body: unknown, instant: unknown = perNode({ 'i-1': '20', 'i-2': '30' })): void {
  fake.reply = (query): Reply => ({ body: isRange(query) ? body : instant });
}

const CALM = range([
  [15, '24.5'],
  [0, '25'],
]);

describe('what Prometheus knows', () => {
  it('is each signal with its samples, oldest first, and the CPU of each node', async () => {
    answering(CALM);
    const utilization = await ask(telemetry());
    expect(utilization.cpuPercent).toEqual({
      status: 'known',
      samples: [
        { atMs: (NOW_S - 15) * 1_000, value: 24.5 },
        { atMs: NOW_S * 1_000, value: 25 },
      ],
      stepMs: 15_000,
      coverage: 1,
    });
    expect(utilization.networkBytesPerSecond.status).toBe('known');
    expect(utilization.nodeCpuPercent).toEqual({ 'i-1': 20, 'i-2': 30 });
  });

  it('is asked for the window and the named workers alone', async () => {
    answering(CALM);
    await ask(telemetry(), ['i-1', 'ip-10-0-0-1.ec2.internal']);
    const ranges = fake.queries.filter(isRange);
    expect(ranges).toHaveLength(4);
    for (const { form } of ranges) {
      expect([form.get('start'), form.get('end'), form.get('step')]).toEqual([
        `${NOW_S - 600}.000`,
        `${NOW_S}.000`,
        '15.000',
      ]);
      expect(form.get('query')).toContain('node=~"(i-1|ip-10-0-0-1[.]ec2[.]internal)(:[0-9]+)?"');
    }
  });

  it('covers the share of the workers that were scraped', async () => {
    answering(range([[0, '40']], '1'));
    expect((await ask(telemetry(), ['i-1', 'i-2', 'i-3', 'i-4'])).cpuPercent).toMatchObject({
      coverage: 0.25,
    });
  });

  it('takes the label instance, with its port, where no series has the label node, and remembers it', async () => {
    fake.reply = (query): Reply => {
      const isKnown = query.form.get('query')?.includes('by (instance)') === true;
      if (isRange(query)) return { body: isKnown ? CALM : matrix([]) };
      return { body: isKnown ? perNode({ 'i-1:9100': '20', 'i-2:9100': '30' }, 'instance') : vector([]) };
    };
    const subject = telemetry();
    expect((await ask(subject)).nodeCpuPercent).toEqual({ 'i-1': 20, 'i-2': 30 });
    const before = fake.queries.length;
    await ask(subject);
    expect(fake.queries.length - before).toBe(5);
  });

  it('keeps to the label that was configured', async () => {
    answering(matrix([]), vector([]));
    await ask(telemetry({ nodeLabel: 'kubernetes_node' }));
    expect(fake.queries).toHaveLength(5);
    expect(fake.queries[0]?.form.get('query')).toContain('kubernetes_node=~');
  });

  it('is asked with the credentials', async () => {
    answering(CALM);
    await ask(telemetry({ basicAuth: { username: 'scaler', password: 'secret' } }));
    expect(fake.queries[0]?.authorization).toBe(`Basic ${Buffer.from('scaler:secret').toString('base64')}`);
  });
});

describe('what Prometheus does not know is unknown, never zero', () => {
  const why = async (subject = telemetry()): Promise<string> => {
    const { cpuPercent } = await ask(subject);
    return cpuPercent.status === 'unknown' ? cpuPercent.why : 'known';
  };

  it('when it cannot be reached (F1)', async () => {
    const gone = telemetry();
    await fake.stop();
    const utilization = await ask(gone);
    expect(utilization.cpuPercent).toEqual({
      status: 'unknown',
      why: 'Prometheus cannot be reached: ECONNREFUSED',
    });
    expect(utilization.nodeCpuPercent).toEqual({});
    fake = await FakePrometheus.start();
  });

  it('when the answer is empty (F2)', async () => {
    answering(matrix([]), vector([]));
    expect(await why()).toBe('Prometheus has no samples of the ready workers');
  });

  it.each(['NaN', '+Inf', 'many', '', '250'])('when the only sample is "%s" (F3)', async (value) => {
    answering(range([[0, value]]));
    expect(await why()).toBe('Prometheus has no sample that is a plausible number');
  });

  it('when the newest sample is old (F4)', async () => {
    answering(range([[360, '20']]));
    expect(await why()).toBe('the newest sample is 360 s old');
  });

  it('when two series come where one is expected (F6)', async () => {
    const one = { metric: { part: 'value' }, values: [[NOW_S, '10'] as const] };
    answering(matrix([one, { ...one, metric: { part: 'value', job: 'other' } }]));
    expect(await why()).toBe('Prometheus gave 2 series where one is expected');
  });

  it('when two exporters report one node (F6)', async () => {
    answering(CALM, perNode({ 'i-1': '20', 'i-2': '30' }, 'node', '2'));
    expect(await why()).toBe('two exporters report i-1, i-2: scrape each node once');
  });

  it('when it is slow (F7)', async () => {
    fake.reply = () => 'silence';
    expect(await why(telemetry({ timeoutMs: 50 }))).toBe('Prometheus did not answer within 50 ms');
  });

  it('when the round was aborted', async () => {
    const aborted = await telemetry().utilization(
      { nodeNames: NODES, windowMs: 600_000, stepMs: 15_000 },
      AbortSignal.abort(),
    );
    expect(aborted.cpuPercent).toEqual({ status: 'unknown', why: 'asking Prometheus was aborted' });
  });

  it('when there are no ready workers, without a call', async () => {
    expect((await ask(telemetry(), [])).cpuPercent).toEqual({
      status: 'unknown',
      why: 'there are no ready workers',
    });
    expect(fake.queries).toHaveLength(0);
  });

  it.each<[string, Reply, RegExp]>([
    [
      'refuses the query',
      { status: 422, body: { status: 'error', errorType: 'execution', error: 'too many' } },
      /execution: too many/,
    ],
    ['refuses the credentials', { status: 401, body: {} }, /401: check the user name/],
    ['answers with a page', { html: '<h1>Bad gateway</h1>' }, /502 without JSON/],
    ['answers with other JSON', { body: { ok: true } }, /none of its API/],
  ])('when it %s', async (_, reply, expected) => {
    fake.reply = () => reply;
    expect(await why(telemetry({ basicAuth: { username: 'scaler', password: 'secret' } }))).toMatch(expected);
  });

  it('never shows the password', async () => {
    const subject = telemetry({ basicAuth: { username: 'scaler', password: 'secret' } });
    fake.reply = () => ({ status: 403, body: {} });
    expect(JSON.stringify(await ask(subject))).not.toContain('secret');
  });
});

describe('odd samples', () => {
  it('are left out of a series that has others', async () => {
    answering(
      range([
        [30, '20'],
        [15, 'NaN'],
        [0, '22'],
      ]),
    );
    const { cpuPercent } = await ask(telemetry());
    expect(cpuPercent.status === 'known' && cpuPercent.samples.map((s) => s.value)).toEqual([20, 22]);
  });

  it('are bounded where a rate overshoots by a little', async () => {
    answering(
      range([
        [15, '-0.4'],
        [0, '100.3'],
      ]),
    );
    const { cpuPercent } = await ask(telemetry());
    expect(cpuPercent.status === 'known' && cpuPercent.samples.map((s) => s.value)).toEqual([0, 100]);
  });

  it('show a short history as short (F8)', async () => {
    answering(CALM);
    const { cpuPercent } = await ask(telemetry());
    expect(cpuPercent.status === 'known' && cpuPercent.samples).toHaveLength(2);
  });

  it('of a node that was not asked for are nobody’s', async () => {
    answering(CALM, perNode({ 'i-1': '20', 'control-plane': '90' }));
    expect((await ask(telemetry())).nodeCpuPercent).toEqual({ 'i-1': 20 });
  });
});
