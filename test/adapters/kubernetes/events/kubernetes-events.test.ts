import { afterEach, describe, expect, it } from '@jest/globals';
import { KubernetesEvents } from '../../../../src/adapters/kubernetes/events/kubernetes-events.ts';
import type { Operation } from '../../../../src/model/operation.ts';
import type { NoticeSubject, ReportEvent } from '../../../../src/ports.ts';
import { eventTextOf } from '../../../../src/report/event-wording.ts';
import { aLaunch, aRemoval } from '../../../builders/fleet.ts';
import { type Answer, type RecordedCall, RecordingApiServer, refusal } from '../recording-api-server.ts';

const AT = Date.parse('2026-11-24T10:00:00.500Z');
const FLEET = {
  apiVersion: 'smartscale.dev/v1',
  kind: 'NodeFleet',
  namespace: 'smartscale',
  name: 'production',
};
const DOCUMENT = {
  text: '',
  origin: 'policy.yaml',
  revision: 'main@sha1:2',
  reference: { configMap: 'policy-b', fleetUid: 'u', generation: 2 },
};
const POLICY = { digest: `sha256:0123456789ab${'c'.repeat(52)}`, revision: 'main@sha1:1' };
const BECAUSE = { code: 'cpu-high' as const, text: 'CPU 91 % > 70 %' };

let server: RecordingApiServer | undefined;

async function eventsOf(answer: (call: RecordedCall) => Answer): Promise<KubernetesEvents> {
  server = await RecordingApiServer.start(answer);
  return new KubernetesEvents({
    transport: server.transport,
    textOf: eventTextOf,
    fleet: () => FLEET,
    podUid: (namespace, name) => (namespace === 'shop' ? `uid-${name}` : undefined),
    instance: 'smartscale-1',
  });
}

const ok = (): Answer => ({ status: 201, body: {} });

function aNotice(subject: NoticeSubject, atMs = AT): ReportEvent {
  return {
    kind: 'notice',
    severity: 'warning',
    subject,
    reason: { code: 'pod-budget', text: 'web blocks' },
    atMs,
  };
}

function bodies(): readonly unknown[] {
  return server?.calls.map((call) => call.body) ?? [];
}

afterEach(async () => {
  await server?.close();
});

describe('KubernetesEvents', () => {
  it('attaches a notice about a node where kubectl describe looks for it', async () => {
    const events = await eventsOf(ok);
    events.report(aNotice({ kind: 'node', name: 'i-1' }));
    await events.flushed();
    expect(server?.calls).toMatchObject([
      {
        method: 'POST',
        path: '/api/v1/namespaces/default/events',
        body: {
          involvedObject: { kind: 'Node', name: 'i-1', uid: 'i-1' },
          type: 'Warning',
          reason: 'PodBudget',
          message: 'web blocks',
          firstTimestamp: '2026-11-24T10:00:00Z',
          count: 1,
        },
      },
    ]);
  });

  it('attaches a notice about a pod to that very pod, and one about the fleet to the NodeFleet', async () => {
    const events = await eventsOf(ok);
    events.report(aNotice({ kind: 'pod', namespace: 'shop', name: 'web-1' }));
    events.report(aNotice({ kind: 'pod', namespace: 'other', name: 'web-1' }));
    events.report(aNotice({ kind: 'fleet' }));
    await events.flushed();
    expect(bodies()).toMatchObject([
      { metadata: { namespace: 'shop' }, involvedObject: { kind: 'Pod', name: 'web-1', uid: 'uid-web-1' } },
      { metadata: { namespace: 'other' }, involvedObject: { kind: 'Pod', name: 'web-1' } },
      { metadata: { namespace: 'smartscale' }, involvedObject: FLEET },
    ]);
  });

  it.each<[Operation, object | undefined]>([
    [
      aLaunch({ step: 'launched', instanceId: 'i-9', reasons: [BECAUSE] }),
      {
        type: 'Normal',
        reason: 'InstanceLaunched',
        message:
          'launched i-9 (t3.small/ap-southeast-1a/on-demand): CPU 91 % > 70 % [policy sha256:000000000000]',
      },
    ],
    [aLaunch({ step: 'ready', instanceId: 'i-9' }), { type: 'Normal', reason: 'NodeJoined' }],
    [
      aLaunch({ step: 'failed', outcome: { code: 'no-capacity', text: 'no capacity' } }),
      {
        type: 'Warning',
        message:
          'launch of t3.small/ap-southeast-1a/on-demand failed: no capacity [policy sha256:000000000000]',
      },
    ],
    [
      aLaunch({ step: 'failed', outcome: { code: 'called-off', text: 'called off: too many' } }),
      {
        type: 'Normal',
        reason: 'LaunchCalledOff',
        message: expect.stringContaining('was called off: too many'),
      },
    ],
    [aLaunch({ step: 'intended' }), undefined],
    [aRemoval({ step: 'draining' }), { reason: 'Draining', involvedObject: { kind: 'Node', name: 'i-1' } }],
    [aRemoval({ step: 'removed' }), { reason: 'NodeRemoved', involvedObject: FLEET }],
    [aRemoval({ step: 'aborted' }), { type: 'Warning', reason: 'RemovalAborted' }],
    [aRemoval({ step: 'terminating' }), undefined],
  ])('tells a step of an operation that a person wants to know (%#)', async (operation, event) => {
    const events = await eventsOf(ok);
    events.report({ kind: 'operation', operation, atMs: AT });
    await events.flushed();
    if (event === undefined) expect(bodies()).toEqual([]);
    else expect(bodies()).toMatchObject([event]);
  });

  it('tells an accepted and a rejected policy with its revision', async () => {
    const events = await eventsOf(ok);
    const bounds = { minNodes: 2, maxNodes: 10 };
    events.report({ kind: 'policy-accepted', document: DOCUMENT, identity: POLICY, bounds, atMs: AT });
    events.report({
      kind: 'policy-rejected',
      document: DOCUMENT,
      faults: ['nodes.max: 1 < 2', 'b'],
      inForce: POLICY,
      atMs: AT,
    });
    await events.flushed();
    expect(bodies()).toMatchObject([
      {
        reason: 'PolicyAccepted',
        message:
          'policy sha256:0123456789ab at main@sha1:1 is in force, from policy.yaml in ConfigMap policy-b',
      },
      {
        reason: 'PolicyRejected',
        message:
          'policy.yaml in ConfigMap policy-b at main@sha1:2 is rejected, sha256:0123456789ab at main@sha1:1 stays in force: nodes.max: 1 < 2; b',
      },
    ]);
  });

  it('counts events alike within ten minutes up, and begins anew after them', async () => {
    const events = await eventsOf(ok);
    for (const minute of [0, 4, 9, 11]) events.report(aNotice({ kind: 'fleet' }, AT + minute * 60_000));
    await events.flushed();
    expect(server?.calls.map((call) => call.method)).toEqual(['POST', 'PATCH', 'PATCH', 'POST']);
    expect(bodies()).toMatchObject([{ count: 1 }, { count: 2 }, { count: 3 }, { count: 1 }]);
  });

  it('writes an event anew when the server has forgotten it', async () => {
    const events = await eventsOf(({ method }) => (method === 'PATCH' ? refusal(404) : ok()));
    events.report(aNotice({ kind: 'fleet' }));
    events.report(aNotice({ kind: 'fleet' }));
    await events.flushed();
    expect(server?.calls.map((call) => call.method)).toEqual(['POST', 'PATCH', 'POST']);
    expect(events.dropped).toBe(0);
  });

  it('drops what is refused and what does not fit into the queue, and never throws', async () => {
    const events = await eventsOf(() => refusal(403));
    for (let i = 0; i < 250; i += 1) events.report(aNotice({ kind: 'node', name: `i-${i}` }));
    expect(events.dropped).toBeGreaterThan(0);
    await events.close();
    expect(events.dropped).toBe(250);
    events.report(aNotice({ kind: 'fleet' }));
    expect(events.dropped).toBe(250);
  });

  it('shortens a message that the API server would refuse', async () => {
    const events = await eventsOf(ok);
    events.report({
      kind: 'policy-rejected',
      document: DOCUMENT,
      faults: ['x'.repeat(2_000)],
      inForce: undefined,
      atMs: AT,
    });
    await events.flushed();
    const [body] = bodies() as { message: string }[];
    expect(body?.message).toHaveLength(1_024);
  });

  it('names the policy that a notice follows from, and cuts the notice rather than that', async () => {
    const events = await eventsOf(ok);
    const notice = aNotice({ kind: 'fleet' }) as ReportEvent & { kind: 'notice' };
    const reason = { code: 'drain-timeout' as const, text: 'x'.repeat(2_000) };
    events.report({ ...notice, reason, policy: POLICY });
    await events.flushed();
    const [body] = bodies() as { message: string }[];
    expect(body?.message).toHaveLength(1_024);
    expect(body?.message).toMatch(/x… \[policy sha256:0123456789ab at main@sha1:1\]$/);
  });
});
