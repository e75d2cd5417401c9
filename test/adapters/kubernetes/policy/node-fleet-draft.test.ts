import { describe, expect, it } from '@jest/globals';
import { NodeFleetDraft } from '../../../../src/adapters/kubernetes/policy/node-fleet-draft.ts';
import type { NodeFleetStatus } from '../../../../src/adapters/kubernetes/policy/node-fleet-resource.ts';
import type { PolicyIdentity } from '../../../../src/model/policy-identity.ts';
import type { ReportEvent } from '../../../../src/ports.ts';
import { aNode, anInstance } from '../../../builders/fleet.ts';
import { aPlan } from '../../../builders/plan.ts';
import { aSnapshot } from '../../../builders/snapshot.ts';
import { schemaFaults } from '../../../charts/manifest-schemas.ts';

const AT = Date.parse('2026-11-24T10:00:00.500Z');
const LATER = AT + 60_000;
const POLICY = { digest: `sha256:0123456789ab${'c'.repeat(52)}`, revision: 'main@sha1:1' };
const BOUNDS = { minNodes: 2, maxNodes: 6 };

function shown(configMap: string, generation: number, revision: string | undefined) {
  return {
    text: configMap,
    origin: 'policy.yaml',
    revision,
    reference: { configMap, fleetUid: 'u', generation },
  };
}

function accepted(atMs = AT, identity: PolicyIdentity = POLICY): ReportEvent {
  const document = shown('policy-a', 1, identity.revision);
  return { kind: 'policy-accepted', document, identity, bounds: BOUNDS, atMs };
}

const REJECTED: Extract<ReportEvent, { kind: 'policy-rejected' }> = {
  kind: 'policy-rejected',
  document: shown('policy-b', 2, 'main@sha1:2'),
  faults: ['policy.yaml:3 nodes.min = 9: must not exceed nodes.max (4);\n raise it', 'policy.yaml:5 two'],
  inForce: POLICY,
  atMs: LATER,
};

function decided(parts: {
  readonly plan?: Parameters<typeof aPlan>[0];
  readonly snapshot?: Parameters<typeof aSnapshot>[0];
}): ReportEvent {
  const nodes = ['i-1', 'i-2'].map((name) => aNode({ name }));
  const instances = ['i-1', 'i-2'].map((id) => anInstance({ id, priceUsdPerHour: 0.0264 }));
  return {
    kind: 'decision',
    plan: aPlan({ decidedAtMs: AT, currentNodes: 2, desiredNodes: 2, ...parts.plan }),
    snapshot: aSnapshot({ nodes, instances: { status: 'known', value: instances }, ...parts.snapshot }),
    durationMs: 1,
  };
}

function statusAfter(...events: readonly ReportEvent[]): NodeFleetStatus {
  return draftAfter({}, ...events).status(LATER);
}

function draftAfter(before: NodeFleetStatus, ...events: readonly ReportEvent[]): NodeFleetDraft {
  const draft = new NodeFleetDraft(before);
  for (const event of events) draft.take(event);
  return draft;
}

function condition(status: NodeFleetStatus, type: 'Ready' | 'Synced' | 'Conforms') {
  return status.conditions?.find((candidate) => candidate.type === type);
}

describe('the status of a NodeFleet', () => {
  it('says what the policy asks and the fleet is not, though it has as many workers as are wanted', () => {
    const text = '0 of 6 workers are spot, 3 are wanted';
    const plan = { deviations: [{ code: 'spot-share-off' as const, text }] };
    const status = statusAfter(accepted(), decided({ plan }));
    expect(condition(status, 'Ready')?.status).toBe('True');
    expect(condition(status, 'Conforms')).toMatchObject({
      status: 'False',
      reason: 'Deviating',
      message: text,
    });
    expect(condition(statusAfter(accepted(), decided({})), 'Conforms')?.status).toBe('True');
    expect(condition(statusAfter(accepted()), 'Conforms')?.status).toBe('Unknown');
  });

  it('says which policy is in force, since when and from which commit, and keeps its text', () => {
    const status = statusAfter(accepted());
    expect(status).toMatchObject({
      observedGeneration: 1,
      policy: {
        accepted: {
          ...POLICY,
          shortDigest: '0123456789ab',
          since: '2026-11-24T10:00:00Z',
          configMap: 'policy-a',
          text: 'policy-a',
        },
      },
      nodes: { min: 2, max: 6 },
    });
    expect(condition(status, 'Synced')).toMatchObject({
      status: 'True',
      reason: 'PolicyAccepted',
      message: 'policy 0123456789ab at main@sha1:1 is in force',
      observedGeneration: 1,
    });
  });

  it('says of a refused policy the first fault in one line, what is in force instead, and is not ready', () => {
    const status = statusAfter(accepted(), decided({}), REJECTED);
    for (const type of ['Ready', 'Synced'] as const)
      expect(condition(status, type)).toMatchObject({
        status: 'False',
        reason: 'PolicyRejected',
        message:
          'policy.yaml:3 nodes.min = 9: must not exceed nodes.max (4); raise it (and 1 more) | policy 0123456789ab at main@sha1:1 stays in force',
      });
    expect(status.observedGeneration).toBe(2);
    expect(status.policy?.accepted?.configMap).toBe('policy-a');
    expect(status.policy?.rejected).toMatchObject({ configMap: 'policy-b', revision: 'main@sha1:2' });
    expect(status.policy?.rejected?.faults).toHaveLength(2);
  });

  it('does not say that a policy stays in force when there is none', () => {
    const status = statusAfter({ ...REJECTED, inForce: undefined });
    expect(condition(status, 'Synced')?.message).toMatch(/ \| no policy is in force$/);
    expect(status.policy).not.toHaveProperty('accepted');
  });

  it('is whole again with the commit that heals it', () => {
    const healed = { ...POLICY, revision: 'main@sha1:3' };
    const status = statusAfter(accepted(), REJECTED, decided({}), accepted(LATER, healed));
    expect(status.policy).toMatchObject({
      accepted: { revision: 'main@sha1:3', since: '2026-11-24T10:01:00Z' },
    });
    expect(status.policy).not.toHaveProperty('rejected');
    expect(condition(status, 'Ready')?.status).toBe('True');
  });

  it('leaves since and revision alone when the same policy comes in other words', () => {
    const status = statusAfter(accepted(), {
      kind: 'policy-restated',
      document: shown('policy-c', 3, 'main@sha1:3'),
      identity: POLICY,
      atMs: LATER,
    });
    expect(status).toMatchObject({
      observedGeneration: 3,
      policy: {
        accepted: {
          revision: 'main@sha1:1',
          since: '2026-11-24T10:00:00Z',
          configMap: 'policy-c',
          text: 'policy-c',
        },
      },
    });
  });

  it('says that the policy is missing, in the words of the notice, and does not claim to have judged a new one', () => {
    const text = 'ConfigMap policy-b is not there: the last good policy stays in force.';
    const status = statusAfter(accepted(), {
      kind: 'notice',
      severity: 'warning',
      subject: { kind: 'fleet' },
      reason: { code: 'policy-vanished', text },
      atMs: LATER,
    });
    expect(condition(status, 'Synced')).toMatchObject({
      status: 'False',
      reason: 'PolicyMissing',
      message: text,
    });
    expect(status.observedGeneration).toBe(1);
  });

  it.each<[string, ReportEvent, object]>([
    ['ready when the fleet is as wanted', decided({}), { status: 'True', reason: 'FleetReady' }],
    [
      'not ready while workers boot',
      decided({ plan: { desiredNodes: 3, currentNodes: 3 } }),
      { status: 'False', reason: 'FleetChanging', message: '2 workers ready, 3 there or coming, 3 wanted' },
    ],
    [
      'unknown while EC2 does not answer',
      decided({ snapshot: { instances: { status: 'unknown', why: 'throttled' } } }),
      { status: 'Unknown', reason: 'FleetUnknown', message: 'EC2 does not answer: throttled' },
    ],
  ])('is %s', (_what, decision, expected) => {
    expect(condition(statusAfter(accepted(), decision), 'Ready')).toMatchObject(expected);
  });

  it('is not ready while the policy says suspend, be the fleet as it may', () => {
    const suspended = { ...accepted(), isSuspended: true } as ReportEvent;
    const status = statusAfter(suspended, decided({}));
    expect(condition(status, 'Ready')).toMatchObject({ status: 'False', reason: 'Suspended' });
    expect(condition(status, 'Synced')?.status).toBe('True');
    expect(condition(statusAfter(suspended, accepted(), decided({})), 'Ready')?.status).toBe('True');
  });

  it('counts workers and what they cost', () => {
    const nodes = [
      aNode({ name: 'i-1' }),
      aNode({ name: 'i-2', isUnschedulable: true }),
      aNode({ name: 'cp', isControlPlane: true }),
    ];
    const instances = [
      anInstance({ id: 'i-1', lifecycle: 'spot', priceUsdPerHour: 0.0079 }),
      anInstance({ id: 'i-2', lifecycle: 'on-demand', priceUsdPerHour: 0.0264 }),
      anInstance({ id: 'i-3', lifecycle: 'spot', priceUsdPerHour: 1, state: 'terminated' }),
    ];
    const snapshot = { nodes, instances: { status: 'known' as const, value: instances } };
    const status = statusAfter(accepted(), decided({ snapshot, plan: { desiredNodes: 2, currentNodes: 1 } }));
    expect(status.nodes).toEqual({ desired: 2, current: 1, ready: 1, spot: 1, min: 2, max: 6 });
    expect(status.costUsdPerHour).toBe('0.0343');
  });

  it.each([
    [
      'a price is not known',
      { status: 'known' as const, value: [anInstance({ id: 'i-1', priceUsdPerHour: undefined })] },
    ],
    ['EC2 does not answer', { status: 'unknown' as const, why: 'throttled' }],
  ])('has no cost rather than a wrong one when %s', (_when, instances) => {
    const status = statusAfter(accepted(), decided({}), decided({ snapshot: { instances } }));
    expect(status).not.toHaveProperty('costUsdPerHour');
    if (instances.status === 'unknown') expect(status.nodes).not.toHaveProperty('spot');
  });

  it('keeps the last decision that said something new, not every one', () => {
    const reason = (percent: number) => ({ code: 'cpu-not-low' as const, text: `CPU is ${percent} %` });
    const idle = (decisionId: string, percent: number) =>
      decided({ plan: { decisionId, refusals: [{ what: 'shrink', reason: reason(percent) }] } });
    const draft = draftAfter({}, accepted(), idle('d-1', 31), idle('d-2', 32));
    expect(draft.status(AT).lastDecision).toEqual({
      id: 'd-1',
      at: '2026-11-24T10:00:00Z',
      reason: 'no shrink: CPU is 31 %',
    });
    draft.take(decided({ plan: { decisionId: 'd-3', desiredNodes: 3, refusals: [] } }));
    expect(draft.status(AT).lastDecision?.id).toBe('d-3');
  });

  it('dates a condition by its last change, be that in an earlier process', () => {
    const former = statusAfter(accepted(), decided({}));
    const since = condition(former, 'Ready')?.lastTransitionTime;
    const draft = draftAfter(former, accepted(LATER), decided({}));
    expect(condition(draft.status(LATER + 60_000), 'Ready')?.lastTransitionTime).toBe(since);
    draft.take(REJECTED);
    expect(condition(draft.status(LATER + 60_000), 'Ready')?.lastTransitionTime).not.toBe(since);
  });
});

describe('the definition of NodeFleet', () => {
  const unknown = { instances: { status: 'unknown' as const, why: 'throttled' } };
  const restated: ReportEvent = {
    kind: 'policy-restated',
    document: shown('policy-c', 3, 'main@sha1:3'),
    identity: POLICY,
    atMs: LATER,
  };

  it.each<[string, readonly ReportEvent[]]>([
    ['before anything is known', []],
    ['when a policy is in force', [accepted(), decided({})]],
    ['without a revision', [accepted(AT, { ...POLICY, revision: undefined })]],
    ['when a policy is refused', [accepted(), decided({}), REJECTED]],
    ['when there never was a good one', [{ ...REJECTED, inForce: undefined }]],
    ['when a policy comes in other words', [accepted(), restated]],
    ['when EC2 does not answer', [accepted(), decided({ snapshot: unknown })]],
  ])('takes the status %s', (_when, events) => {
    const metadata = { name: 'production', namespace: 'smartscale' };
    const spec = { policyRef: { name: 'policy-a' } };
    const status = JSON.parse(JSON.stringify(statusAfter(...events))) as unknown;
    const object = { apiVersion: 'smartscale.dev/v1', kind: 'NodeFleet', metadata, spec, status };
    expect(schemaFaults(object)).toEqual([]);
  });
});

describe('the status that an earlier process left', () => {
  it('stays while the last good policy is taken up again from it', () => {
    const former = statusAfter(accepted(), decided({}), REJECTED);
    const document = { text: 'policy-a', origin: 'the status', revision: POLICY.revision };
    const draft = draftAfter(former, {
      kind: 'policy-accepted',
      document,
      identity: POLICY,
      bounds: BOUNDS,
      atMs: LATER + 9,
    });
    expect(draft.status(LATER + 9)).toEqual(former);
  });

  it('keeps since when the same policy is accepted by another process', () => {
    const former = statusAfter(accepted());
    const status = draftAfter(former, accepted(LATER)).status(LATER);
    expect(status.policy?.accepted?.since).toBe('2026-11-24T10:00:00Z');
  });
});
