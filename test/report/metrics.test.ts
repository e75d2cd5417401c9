import { describe, expect, it } from '@jest/globals';
import type { Plan } from '../../src/model/plan.ts';
import type { ReportEvent } from '../../src/ports.ts';
import { Metrics } from '../../src/report/metrics.ts';
import { aLaunch, anInstance, aNode, aRemoval, SMALL } from '../builders/fleet.ts';
import { aPlan } from '../builders/plan.ts';
import { aPendingPod, aPod } from '../builders/pod.ts';
import { aSnapshot, aUtilization, steady } from '../builders/snapshot.ts';

const COUNTS = {
  relists: { start: 1, expired: 2 },
  reconnects: 3,
  failures: 4,
  lastEventAgeMs: 1_500,
  size: 5,
};
const SOURCES = { isLeader: () => true, watches: () => ({ pods: COUNTS }), eventsDropped: () => 7 };
const DOCUMENT = { text: '', origin: 'policy.yaml', revision: 'main@sha1:1' };
const REASON = { code: 'cooldown' as const, text: 'in cooldown' };

/** What is scraped after these reports. */
function scrape(...events: readonly ReportEvent[]): Promise<string> {
  const metrics = new Metrics(SOURCES);
  for (const event of events) metrics.report(event);
  return metrics.registry.metrics();
}

describe('Metrics', () => {
  it('shows every outcome as zero before anything happened', async () => {
    const text = await scrape();
    expect(text).toContain('smartscale_launches_total{outcome="failed"} 0');
    expect(text).toContain('smartscale_removals_total{outcome="aborted"} 0');
    expect(text).toContain('smartscale_decisions_total{outcome="grow"} 0');
    expect(text).toContain('nodejs_eventloop_lag_seconds');
  });

  it('shows the warm pool, and nothing of it as unknown where there is none', async () => {
    const warmPool = { size: 3, waiting: 1, filling: 1, leaving: 0, reason: REASON };
    const snapshot = aSnapshot();
    const told = (plan: Plan) => scrape({ kind: 'decision', plan, snapshot, durationMs: 1 });
    const text = await told(aPlan({ warmPool: { ...warmPool, costUsdPerHour: 0.03 } }));
    expect(text).toContain('smartscale_warm_pool_size 3');
    expect(text).toContain('smartscale_warm_pool_machines{state="waiting"} 1');
    expect(text).toContain('smartscale_warm_pool_machines{state="filling"} 1');
    expect(text).toContain('smartscale_warm_pool_cost_usd_per_hour 0.03');
    expect(await told(aPlan({ warmPool }))).toContain('smartscale_warm_pool_cost_usd_per_hour Nan');
    expect(await told(aPlan())).toContain('smartscale_warm_pool_cost_usd_per_hour 0\n');
  });

  it('counts a machine that waits in the pool as no worker that joined', async () => {
    const operation = aLaunch({ forPool: true, step: 'pooled', launchedAtMs: 0, endedAtMs: 90_000 });
    const text = await scrape({ kind: 'operation', operation, atMs: 0 });
    expect(text).toContain('smartscale_launches_total{outcome="pooled"} 1');
    expect(text).toContain('smartscale_node_join_seconds_count 0');
  });

  it('shows by how much machines of a type fall short of the catalogue', async () => {
    const node = aNode({ allocatable: { ...SMALL, memoryMiB: SMALL.memoryMiB - 60 } });
    const snapshot = aSnapshot({ nodes: [node] });
    const text = await scrape({ kind: 'decision', plan: aPlan(), snapshot, durationMs: 20 });
    expect(text).toContain('smartscale_allocatable_missing_mib{type="t3.small"} 60');
    expect(text).toContain('smartscale_allocatable_missing_mib{type="t3a.small"} 0');
  });

  it('shows a decision and what it saw', async () => {
    const snapshot = aSnapshot({
      instances: {
        status: 'known',
        value: [
          anInstance({ id: 'i-1', lifecycle: 'spot', priceUsdPerHour: 0.01 }),
          anInstance({ id: 'i-2', lifecycle: 'spot', priceUsdPerHour: 0.02 }),
          anInstance({ id: 'i-3', priceUsdPerHour: undefined }),
          anInstance({ id: 'i-4', state: 'terminated' }),
        ],
      },
      pods: [aPendingPod(), aPod({ nodeName: 'i-1' })],
      utilization: aUtilization({ cpuPercent: steady(42) }),
    });
    const plan = aPlan({ desiredNodes: 3, refusals: [{ what: 'grow', reason: REASON }] });
    const text = await scrape({ kind: 'decision', plan, snapshot, durationMs: 20 });
    for (const line of [
      'smartscale_decisions_total{outcome="refused"} 1',
      'smartscale_refusals_total{what="grow",code="cooldown"} 1',
      'smartscale_nodes_current 2',
      'smartscale_nodes_desired 3',
      'smartscale_instances{lifecycle="spot",zone="ap-southeast-1a"} 2',
      'smartscale_cost_usd_per_hour 0.03',
      'smartscale_instances_unpriced 1',
      'smartscale_instances_by_hand 3',
      'smartscale_pods_pending 1',
      'smartscale_utilization_percent{resource="cpu"} 42',
      'smartscale_utilization_percent{resource="memory"} Nan',
      'smartscale_telemetry_unknown{signal="cpu"} 0',
      'smartscale_telemetry_unknown{signal="memory"} 1',
      'smartscale_reconcile_duration_seconds_sum 0.02',
    ])
      expect(text).toContain(`${line}\n`);
  });

  it('shows no cost, rather than none, when EC2 does not answer', async () => {
    const snapshot = aSnapshot({ instances: { status: 'unknown', why: 'timeout' } });
    const text = await scrape({ kind: 'decision', plan: aPlan(), snapshot, durationMs: 1 });
    expect(text).toContain('smartscale_cost_usd_per_hour Nan\n');
    expect(text).toContain('smartscale_decisions_total{outcome="none"} 1\n');
  });

  it('keeps the counts of instances while EC2 does not answer', async () => {
    const decision = { kind: 'decision', plan: aPlan(), durationMs: 1 } as const;
    const text = await scrape(
      { ...decision, snapshot: aSnapshot({ instances: { status: 'known', value: [anInstance()] } }) },
      { ...decision, snapshot: aSnapshot({ instances: { status: 'unknown', why: 'timeout' } }) },
    );
    expect(text).toContain('smartscale_instances{lifecycle="on-demand",zone="ap-southeast-1a"} 1\n');
    expect(text).toContain('smartscale_cost_usd_per_hour Nan\n');
  });

  it.each([
    ['launch', 'grow'],
    ['remove', 'shrink'],
  ] as const)('counts a decision with a %s as %s', async (kind, outcome) => {
    const common = { operationId: 'op', reasons: [], deadlineMs: 0 };
    const action =
      kind === 'launch'
        ? { ...common, kind, offerings: [], nominatedPods: [], startsCooldown: false }
        : { ...common, kind, nodeName: 'i-1', instanceId: 'i-1', graceLimitSeconds: 1 };
    const plan = aPlan({ actions: [action] });
    const text = await scrape({ kind: 'decision', plan, snapshot: aSnapshot(), durationMs: 1 });
    expect(text).toContain(`smartscale_decisions_total{outcome="${outcome}"} 1\n`);
  });

  it('counts filling the warm pool as that, not as growth', async () => {
    const common = { operationId: 'op', reasons: [], deadlineMs: 0, offerings: [], nominatedPods: [] };
    const plan = aPlan({ actions: [{ ...common, kind: 'launch', startsCooldown: false, forPool: true }] });
    const text = await scrape({ kind: 'decision', plan, snapshot: aSnapshot(), durationMs: 1 });
    expect(text).toContain('smartscale_decisions_total{outcome="pool"} 1\n');
    expect(text).toContain('smartscale_decisions_total{outcome="grow"} 0\n');
  });

  it('counts operations once, when they end, with the faults they met and the time to join', async () => {
    const fault = {
      class: 'capacity',
      code: 'InsufficientInstanceCapacity',
      message: '',
      offerings: [],
      atMs: 0,
    } as const;
    const launch = aLaunch({ launchedAtMs: 1_000, faults: [fault] });
    const text = await scrape(
      { kind: 'operation', operation: { ...launch, step: 'launched' }, atMs: 0 },
      { kind: 'operation', operation: { ...launch, step: 'ready', endedAtMs: 71_000 }, atMs: 0 },
      { kind: 'operation', operation: { ...launch, step: 'failed' }, atMs: 0 },
      { kind: 'operation', operation: aRemoval({ step: 'draining' }), atMs: 0 },
      { kind: 'operation', operation: aRemoval({ step: 'removed' }), atMs: 0 },
    );
    for (const line of [
      'smartscale_launches_total{outcome="ready"} 1',
      'smartscale_launches_total{outcome="failed"} 1',
      'smartscale_removals_total{outcome="removed"} 1',
      'smartscale_launch_faults_total{class="capacity"} 2',
      'smartscale_node_join_seconds_sum 70',
      'smartscale_node_join_seconds_count 1',
    ])
      expect(text).toContain(`${line}\n`);
  });

  it('shows the policy in force alone, and whether the newest one was accepted', async () => {
    const accepted = { kind: 'policy-accepted', document: DOCUMENT, atMs: 0 } as const;
    const bounds = { minNodes: 2, maxNodes: 10 };
    const identity = { digest: 'sha256:2', revision: 'main@sha1:1' };
    const notice = {
      kind: 'notice',
      severity: 'warning',
      subject: { kind: 'fleet' },
      reason: REASON,
      atMs: 0,
    } as const;
    const text = await scrape(
      { ...accepted, identity: { digest: 'sha256:1', revision: undefined }, bounds },
      { ...accepted, identity, bounds, isSuspended: true },
      { kind: 'policy-rejected', document: DOCUMENT, faults: [], inForce: identity, atMs: 0 },
      notice,
    );
    expect(text).not.toContain('digest="sha256:1"');
    for (const line of [
      'smartscale_policy_info{digest="sha256:2",revision="main@sha1:1"} 1',
      'smartscale_policy_valid 0',
      'smartscale_suspended 1',
      'smartscale_policy_rejections_total 1',
      'smartscale_nodes_bound{bound="max"} 10',
      'smartscale_notices_total{severity="warning",code="cooldown"} 1',
    ])
      expect(text).toContain(`${line}\n`);
  });

  it('shows the thresholds of the policy in force, and none of the one before', async () => {
    const identity = { digest: 'sha256:2', revision: undefined };
    const bounds = { minNodes: 2, maxNodes: 10 };
    const accepted = { kind: 'policy-accepted', document: DOCUMENT, identity, bounds, atMs: 0 } as const;
    const above = (percent: number) => ({ resource: 'cpu', direction: 'grow', percent }) as const;
    const below = { resource: 'cpu', direction: 'shrink', percent: 30 } as const;
    const text = await scrape(
      { ...accepted, thresholds: [above(70), below] },
      { ...accepted, thresholds: [above(60)] },
    );
    expect(text).toContain('smartscale_threshold_percent{resource="cpu",direction="grow"} 60\n');
    expect(text).not.toContain('direction="shrink"');
    expect(await scrape({ ...accepted, thresholds: [above(60)] }, accepted)).not.toContain(
      'direction="grow"',
    );
  });

  it('asks for leadership and watches when it is scraped', async () => {
    const text = await scrape();
    for (const line of [
      'smartscale_leader 1',
      'smartscale_kubernetes_events_dropped 7',
      'smartscale_watch_objects{kind="pods"} 5',
      'smartscale_watch_silence_seconds{kind="pods"} 1.5',
      'smartscale_watch_relists{kind="pods"} 3',
      'smartscale_watch_reconnects{kind="pods"} 3',
      'smartscale_watch_failures{kind="pods"} 4',
    ])
      expect(text).toContain(`${line}\n`);
  });
});
