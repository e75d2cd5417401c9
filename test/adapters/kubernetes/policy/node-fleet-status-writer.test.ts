import { afterEach, describe, expect, it } from '@jest/globals';
import type { NodeFleetStatus } from '../../../../src/adapters/kubernetes/policy/node-fleet-resource.ts';
import { NodeFleetStatusWriter } from '../../../../src/adapters/kubernetes/policy/node-fleet-status-writer.ts';
import type { ReportEvent } from '../../../../src/ports.ts';
import { aNode } from '../../../builders/fleet.ts';
import { aPlan } from '../../../builders/plan.ts';
import { aSnapshot } from '../../../builders/snapshot.ts';
import { ManualClock } from '../../../fakes/manual-clock.ts';
import { FLEET, FLEETS } from '../fleet-objects.ts';
import { type Answer, RecordingApiServer, refusal } from '../recording-api-server.ts';
import { until } from '../until.ts';

const POLICY = { digest: `sha256:${'a'.repeat(64)}`, revision: 'main@sha1:1' };
const ACCEPTED: ReportEvent = {
  kind: 'policy-accepted',
  document: {
    text: 'A',
    origin: 'policy.yaml',
    revision: 'main@sha1:1',
    reference: { configMap: 'policy-a', fleetUid: 'u', generation: 1 },
  },
  identity: POLICY,
  bounds: { minNodes: 2, maxNodes: 6 },
  atMs: 0,
};

function decidedWith(workers: number): ReportEvent {
  const nodes = Array.from({ length: workers }, (_, i) => aNode({ name: `i-${i}` }));
  return { kind: 'decision', plan: aPlan(), snapshot: aSnapshot({ nodes }), durationMs: 1 };
}

/** A writer at work on an API server that answers as a test says. */
class Writing {
  readonly clock = new ManualClock();
  readonly failures: string[] = [];
  readonly writer: NodeFleetStatusWriter;
  isLeader = true;
  readonly #server: RecordingApiServer;
  readonly #stop = new AbortController();
  readonly #running: Promise<void>;

  private constructor(server: RecordingApiServer) {
    this.#server = server;
    this.writer = new NodeFleetStatusWriter({
      ref: FLEET,
      transport: server.transport,
      clock: this.clock,
      leadership: { isLeader: () => this.isLeader },
      present: () => undefined,
      random: () => 0,
      onFailure: (error) => this.failures.push(error.code),
    });
    this.#running = this.writer.run(this.#stop.signal);
  }

  static async start(answer: () => Answer = () => ({ status: 200, body: {} })): Promise<Writing> {
    return new Writing(await RecordingApiServer.start(answer));
  }

  get calls() {
    return this.#server.calls;
  }

  /** The statuses written, in order. */
  written(): readonly NodeFleetStatus[] {
    return this.calls.map(({ body }) => (body as { status: NodeFleetStatus }).status);
  }

  /** Lets everything that is due now happen. */
  async settle(): Promise<void> {
    let count = -1;
    while (count !== this.calls.length) {
      count = this.calls.length;
      for (let i = 0; i < 20; i += 1) await new Promise((resolve) => setImmediate(resolve));
    }
  }

  async stop(): Promise<void> {
    this.#stop.abort();
    await this.#running;
    await this.#server.close();
  }
}

let world: Writing | undefined;

afterEach(async () => {
  await world?.stop();
});

describe('NodeFleetStatusWriter', () => {
  it('applies the status as its own field manager, to the status alone', async () => {
    world = await Writing.start();
    world.writer.report(ACCEPTED);
    await until(() => world?.calls.length === 1);
    expect(world.calls[0]).toMatchObject({
      method: 'PATCH',
      path: `${FLEETS}/production/status?fieldManager=smartscale-status&force=true`,
      contentType: 'application/apply-patch+yaml',
    });
    expect(world.written()[0]).toMatchObject({ observedGeneration: 1, policy: { accepted: POLICY } });
  });

  it('writes policies at once, and counts together every five seconds and only when they changed', async () => {
    world = await Writing.start();
    world.writer.report(ACCEPTED);
    await until(() => world?.calls.length === 1);
    for (const workers of [1, 2, 3]) world.writer.report(decidedWith(workers));
    await world.settle();
    world.clock.advance(4_900);
    await world.settle();
    expect(world.calls).toHaveLength(1);
    world.clock.advance(200);
    await until(() => world?.calls.length === 2);
    expect(world.written()[1]?.nodes?.ready).toBe(3);
    world.writer.report(decidedWith(3));
    world.clock.advance(60_000);
    await world.settle();
    expect(world.calls).toHaveLength(2);
    world.writer.report(decidedWith(4));
    world.writer.report(ACCEPTED);
    await until(() => world?.calls.length === 3);
  });

  it('writes nothing while another replica leads', async () => {
    world = await Writing.start();
    world.isLeader = false;
    world.writer.report(ACCEPTED);
    await world.settle();
    expect(world.calls).toEqual([]);
  });

  it('tries again after a failure, with pauses, and then writes what is newest', async () => {
    let answers = 2;
    world = await Writing.start(() =>
      answers-- > 0 ? refusal(503, { reason: 'Unavailable' }) : { status: 200 },
    );
    world.writer.report(ACCEPTED);
    await until(() => world?.failures.length === 1);
    world.writer.report(decidedWith(2));
    await world.settle();
    expect(world.calls).toHaveLength(1);
    for (const [index, pauseMs] of [800, 1_600].entries()) {
      await until(() => world?.failures.length === index + 1);
      const { length } = world.calls;
      world.clock.advance(pauseMs - 1);
      await world.settle();
      expect(world.calls).toHaveLength(length);
      world.clock.advance(1);
      await until(() => world?.calls.length === length + 1);
    }
    await world.settle();
    expect(world.failures).toEqual(['Unavailable', 'Unavailable']);
    expect(world.written()[2]).toMatchObject({ policy: { accepted: POLICY }, nodes: { ready: 2 } });
    expect(world.calls).toHaveLength(3);
  });

  it('waits for the next report when there is no object to write to', async () => {
    world = await Writing.start(() => refusal(404));
    world.writer.report(ACCEPTED);
    await until(() => world?.calls.length === 1);
    world.clock.advance(600_000);
    await world.settle();
    expect(world.calls).toHaveLength(1);
    world.writer.report(ACCEPTED);
    await until(() => world?.calls.length === 2);
    expect(world.failures).toEqual([]);
  });
});
