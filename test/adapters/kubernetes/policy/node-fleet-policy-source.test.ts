import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { anonymousCredentials } from '../../../../src/adapters/kubernetes/client/kube-credentials.ts';
import { KubeTransport } from '../../../../src/adapters/kubernetes/client/kube-transport.ts';
import { NodeFleetPolicySource } from '../../../../src/adapters/kubernetes/policy/node-fleet-policy-source.ts';
import { ManualClock } from '../../../fakes/manual-clock.ts';
import { type FakeAnswer, FakeApiServer, type FakeRequest, refusal } from '../fake-api-server.ts';
import {
  aConfigMap,
  aFleet,
  CONFIGMAPS,
  FLEET,
  FLEETS,
  type FleetParts,
  KUSTOMIZATION,
} from '../fleet-objects.ts';
import { until } from '../until.ts';

const list = (items: readonly object[]): FakeAnswer => ({
  body: { metadata: { resourceVersion: '7' }, items },
});

/** A cluster with Flux, whose objects change as a test says, and the source that follows it. */
class Followed {
  readonly server: FakeApiServer;
  readonly clock = new ManualClock();
  readonly source: NodeFleetPolicySource;
  /** What the Kustomization says that it attempts; a function may look at the time of asking. */
  revision: () => FakeAnswer | 'hang' = () => attempting('main@sha1:1');
  fleets: readonly object[] = [];
  configMaps: readonly object[] = [];
  /** The policies shown, in order: text and revision. */
  readonly shown: (string | undefined)[] = [];
  readonly #transport: KubeTransport;
  readonly #stop = new AbortController();
  readonly signal = this.#stop.signal;
  #running: Promise<void> | undefined;

  constructor(server: FakeApiServer) {
    this.server = server;
    this.#transport = new KubeTransport(anonymousCredentials(server.url), this.clock);
    const mirror = { transport: this.#transport, clock: this.clock, random: () => 0 };
    this.source = new NodeFleetPolicySource(FLEET, mirror);
    this.source.onChange(() => this.shown.push(this.#now()));
    server.answer = (request) => this.#answer(request);
  }

  async start(): Promise<void> {
    this.#running = this.source.run(this.signal);
    await this.source.synced(this.signal);
  }

  async stop(): Promise<void> {
    this.#stop.abort();
    this.#transport.close();
    await this.#running;
    await this.server.close();
  }

  /** Lets both mirrors go on from their lists to their watches. */
  async watching(): Promise<void> {
    await until(() => {
      this.clock.advance(1_000);
      return this.server.watches.length === 2;
    });
  }

  send(kind: 'fleet' | 'configMap', type: string, object: object): void {
    const field = kind === 'fleet' ? 'metadata.name=production' : null;
    const watch = this.server.watches.find(({ query }) => query.get('fieldSelector') === field);
    if (watch === undefined) throw new Error(`nobody watches ${kind}`);
    watch.send(type, object);
  }

  asked(): number {
    return this.server.requests.filter(({ path }) => path === KUSTOMIZATION).length;
  }

  #now(): string | undefined {
    const document = this.source.current();
    return document === undefined ? undefined : `${document.text} @ ${document.revision ?? 'unknown'}`;
  }

  #answer({ path }: FakeRequest): FakeAnswer | 'hang' {
    if (path === FLEETS) return list(this.fleets);
    if (path === CONFIGMAPS) return list(this.configMaps);
    if (path === KUSTOMIZATION) return this.revision();
    return refusal(404, 'NotFound');
  }
}

function attempting(lastAttemptedRevision: string): FakeAnswer {
  return { body: { status: { lastAttemptedRevision, lastAppliedRevision: 'main@sha1:never-asked-for' } } };
}

let world: Followed;

beforeEach(async () => {
  world = new Followed(await FakeApiServer.start());
});

afterEach(async () => {
  await world.stop();
});

async function showing(parts: Partial<FleetParts> = {}): Promise<void> {
  world.fleets = [aFleet({ configMap: 'policy-a', ...parts })];
  world.configMaps = [aConfigMap('policy-a', 'A'), aConfigMap('kube-root-ca.crt', 'x', 'ca.crt')];
  await world.start();
}

describe('NodeFleetPolicySource', () => {
  it('shows the text of the ConfigMap that the fleet names, with the revision that Flux is applying', async () => {
    await showing({ generation: 3 });
    expect(world.source.current()).toEqual({
      text: 'A',
      origin: 'policy.yaml',
      revision: 'main@sha1:1',
      reference: { configMap: 'policy-a', fleetUid: 'fleet-uid', generation: 3 },
    });
  });

  it('mirrors its one fleet and its own namespace, nothing else', async () => {
    await showing();
    await world.watching();
    for (const { path, query } of world.server.requests) {
      expect([FLEETS, CONFIGMAPS, KUSTOMIZATION]).toContain(path);
      if (path === FLEETS) expect(query.get('fieldSelector')).toBe('metadata.name=production');
    }
  });

  it('follows a commit and names it, and a revert to the old text by the revert', async () => {
    await showing();
    await world.watching();
    for (const [index, text] of ['B', 'A'].entries()) {
      const configMap = `policy-${text.toLowerCase()}`;
      world.revision = () => attempting(`main@sha1:${index + 2}`);
      world.send('configMap', 'ADDED', aConfigMap(configMap, text));
      world.send('fleet', 'MODIFIED', aFleet({ configMap, generation: index + 2 }));
      await until(() => world.shown.length === index + 2);
    }
    expect(world.shown).toEqual(['A @ main@sha1:1', 'B @ main@sha1:2', 'A @ main@sha1:3']);
  });

  it('asks Flux only after it has seen the fleet change, so the answer cannot be that of the commit before', async () => {
    await showing();
    await world.watching();
    // Whatever Flux attempts meanwhile is nobody's business here until the fleet names another policy.
    world.revision = () => attempting('main@sha1:2');
    world.send('configMap', 'ADDED', aConfigMap('policy-b', 'B'));
    await until(() => world.source.reflectors().every(({ store }) => store.size > 0));
    expect(world.asked()).toBe(1);
    world.send('fleet', 'MODIFIED', aFleet({ configMap: 'policy-b', generation: 2 }));
    await until(() => world.shown.length === 2);
    expect(world.asked()).toBe(2);
    expect(world.shown.at(-1)).toBe('B @ main@sha1:2');
  });

  it('does not give one policy the revision of the next, when that arrives while it asks', async () => {
    await showing();
    await world.watching();
    // The answer about the first commit never comes; meanwhile the next one is applied.
    world.revision = () => {
      world.revision = () => attempting('main@sha1:3');
      world.send('fleet', 'MODIFIED', aFleet({ configMap: 'policy-c', generation: 3 }));
      return 'hang';
    };
    world.send('configMap', 'ADDED', aConfigMap('policy-b', 'B'));
    world.send('configMap', 'ADDED', aConfigMap('policy-c', 'C'));
    world.send('fleet', 'MODIFIED', aFleet({ configMap: 'policy-b', generation: 2 }));
    await until(() => world.shown.length === 2);
    expect(world.shown).toEqual(['A @ main@sha1:1', 'C @ main@sha1:3']);
  });

  it('takes an unrelated commit for no news, and asks nobody about it', async () => {
    await showing();
    await world.watching();
    world.revision = () => attempting('main@sha1:2');
    world.send('fleet', 'MODIFIED', aFleet({ configMap: 'policy-a', status: { observedGeneration: 1 } }));
    world.send('configMap', 'ADDED', aConfigMap('other', 'x'));
    await until(() => world.source.fleet?.status.observedGeneration === 1);
    expect(world.shown).toEqual(['A @ main@sha1:1']);
    expect(world.asked()).toBe(1);
  });

  it('shows the same text anew when the fleet was made anew, so that its status is written again', async () => {
    await showing();
    await world.watching();
    world.send('fleet', 'DELETED', aFleet({ configMap: 'policy-a' }));
    world.send('fleet', 'ADDED', aFleet({ configMap: 'policy-a', uid: 'another' }));
    await until(() => world.shown.length === 2);
    expect(world.source.current()).toMatchObject({ reference: { fleetUid: 'another' } });
  });

  it.each([
    ['no label names a Kustomization', { byFlux: false }, undefined],
    ['Flux is not installed', {}, refusal(404, 'NotFound')],
    ['the Kustomization may not be read', {}, refusal(403, 'Forbidden')],
    ['Flux has not written its status yet', {}, { body: {} }],
  ] as const)('does not know the revision when %s, and shows the policy', async (_when, parts, answer) => {
    if (answer !== undefined) world.revision = () => answer;
    await showing(parts);
    expect(world.shown).toEqual(['A @ unknown']);
  });

  it('shows a policy without its revision rather than wait for an API server that does not answer', async () => {
    world.revision = () => refusal(503, 'ServiceUnavailable');
    world.fleets = [aFleet({ configMap: 'policy-a' })];
    world.configMaps = [aConfigMap('policy-a', 'A')];
    const started = world.start();
    await until(() => world.asked() > 0);
    expect(world.shown).toEqual([]);
    await until(() => {
      world.clock.advance(500);
      return world.shown.length > 0;
    });
    await started;
    expect(world.shown).toEqual(['A @ unknown']);
    expect(world.asked()).toBeGreaterThan(1);
  });
});

describe('a policy whose objects arrive one by one', () => {
  it('is waited for: the old one is shown until the ConfigMap is there, never an empty one', async () => {
    await showing();
    await world.watching();
    world.revision = () => attempting('main@sha1:2');
    world.send('configMap', 'DELETED', aConfigMap('policy-a', 'A'));
    world.send('fleet', 'MODIFIED', aFleet({ configMap: 'policy-b', generation: 2 }));
    await until(() => world.source.fleet?.generation === 2);
    world.clock.advance(2_900);
    expect(world.shown).toEqual(['A @ main@sha1:1']);
    world.send('configMap', 'ADDED', aConfigMap('policy-b', 'B'));
    await until(() => world.shown.length === 2);
    expect(world.shown.at(-1)).toBe('B @ main@sha1:2');
  });

  it.each([
    ['is not there', []],
    ['has no policy.yaml', [aConfigMap('policy-b', 'x', 'policy.yml')]],
  ])('is none when its ConfigMap still %s after a moment, and says so', async (why, configMaps) => {
    await showing();
    await world.watching();
    for (const configMap of configMaps) world.send('configMap', 'ADDED', configMap);
    world.send('fleet', 'MODIFIED', aFleet({ configMap: 'policy-b', generation: 2 }));
    await until(() => world.source.fleet?.generation === 2);
    await until(() => {
      world.clock.advance(500);
      return world.shown.length === 2;
    });
    expect(world.source.current()).toBeUndefined();
    expect(world.source.whyNone()).toBe(
      `ConfigMap policy-b, which NodeFleet smartscale/production names, ${why}`,
    );
  });

  it('keeps its revision when its ConfigMap goes and comes back', async () => {
    await showing();
    await world.watching();
    world.send('configMap', 'DELETED', aConfigMap('policy-a', 'A'));
    await until(() => {
      world.clock.advance(500);
      return world.shown.length === 2;
    });
    world.revision = () => attempting('main@sha1:9');
    world.send('configMap', 'ADDED', aConfigMap('policy-a', 'A'));
    await until(() => world.shown.length === 3);
    expect(world.shown).toEqual(['A @ main@sha1:1', undefined, 'A @ main@sha1:1']);
  });

  it('has no revision when somebody edited it under its name: no commit says so', async () => {
    await showing();
    await world.watching();
    world.send('configMap', 'MODIFIED', aConfigMap('policy-a', 'edited'));
    await until(() => world.shown.length === 2);
    expect(world.shown.at(-1)).toBe('edited @ unknown');
  });

  it('says at once at its start when there is no fleet', async () => {
    await world.start();
    expect(world.source.current()).toBeUndefined();
    expect(world.source.whyNone()).toBe('There is no NodeFleet smartscale/production');
    expect(world.source.lastGood()).toBeUndefined();
  });
});

describe('a source that is started again', () => {
  const accepted = {
    digest: 'sha256:a',
    revision: 'main@sha1:old',
    since: '2026-11-24T10:00:00Z',
    configMap: 'policy-a',
    text: 'A',
  };

  it('names the revision that the status remembers, when nothing was committed meanwhile', async () => {
    world.revision = () => attempting('main@sha1:unrelated');
    await showing({ generation: 4, status: { observedGeneration: 4, policy: { accepted } } });
    expect(world.shown).toEqual(['A @ main@sha1:old']);
    expect(world.asked()).toBe(0);
  });

  it('names a refused policy as the status remembers it', async () => {
    const rejected = { configMap: 'policy-a', revision: 'main@sha1:bad', since: accepted.since, faults: [] };
    const policy = { accepted: { ...accepted, configMap: 'policy-0', text: '0' }, rejected };
    await showing({ generation: 4, status: { observedGeneration: 4, policy } });
    expect(world.shown).toEqual(['A @ main@sha1:bad']);
  });

  it('asks Flux when the fleet has changed while nobody looked, be it back to the same policy', async () => {
    world.revision = () => attempting('main@sha1:revert');
    await showing({ generation: 6, status: { observedGeneration: 4, policy: { accepted } } });
    expect(world.shown).toEqual(['A @ main@sha1:revert']);
  });

  it('remembers the last good policy though its ConfigMap is pruned', async () => {
    world.fleets = [aFleet({ configMap: 'policy-b', status: { policy: { accepted } } })];
    await world.start();
    expect(world.source.current()).toBeUndefined();
    expect(world.source.lastGood()).toEqual({
      text: 'A',
      origin: 'the status of NodeFleet smartscale/production',
      identity: { digest: 'sha256:a', revision: 'main@sha1:old' },
    });
  });
});
