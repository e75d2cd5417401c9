/** How a reason is told: what it means to those who read it, whom it concerns, and in one line what it says. */
export interface ReasonKind {
  /** `warning`: somebody should look. `info`: it explains what was done or left. */
  readonly severity: 'info' | 'warning';
  /** `operator` runs the fleet, `owner` owns the workload, `anyone` wants to know why. */
  readonly audience: 'operator' | 'owner' | 'anyone';
  readonly doc: string;
}

const told = (severity: ReasonKind['severity'], audience: ReasonKind['audience']) => (doc: string) =>
  ({ severity, audience, doc }) satisfies ReasonKind;
const explains = told('info', 'anyone');
const concernsOwner = told('info', 'owner');
const concernsOperator = told('info', 'operator');
const warnsOwner = told('warning', 'owner');
const warnsOperator = told('warning', 'operator');

/** Every code that a reason may have, in the order of a decision. Codes are stored and alerted on: do not rename them. */
export const REASON_CODES = {
  // How many nodes are wanted.
  'floor-met': explains('The fleet has as many workers as the minimum and the schedules want.'),
  'below-minimum': explains('The fleet has fewer workers than nodes.min.'),
  'below-schedule': explains('The fleet has fewer workers than a schedule wants now.'),
  'zone-below-minimum': explains('A zone has fewer workers than nodes.minPerZone.'),
  'pending-off': explains('Waiting pods are not looked at: the policy says so.'),
  'no-pending-pods': explains('No pod waits for a node.'),
  'batch-open': explains('Pods wait, and others may join them within the batch.'),
  'pending-pods': explains('Pods fit on no node that is there or comes.'),
  'pending-covered': explains('Waiting pods fit on nodes that are there or come, or on no offering.'),
  'pending-urgent': explains('So many pods wait that the fleet grows by the urgent step.'),
  'utilization-off': explains('Load is not looked at: the policy says so.'),
  'load-not-high': explains('No metric was above its threshold for the whole window.'),
  'cpu-high': explains('CPU was above its threshold for the whole window.'),
  'memory-high': explains('Memory was above its threshold for the whole window.'),
  'network-high': explains('Network traffic was above its threshold for the whole window.'),
  'disk-high': explains('Disk traffic was above its threshold for the whole window.'),
  'saves-credits': explains('A worker saves more surplus CPU credits than it costs.'),
  replacement: explains('A worker is bought in place of one that AWS takes away.'),
  restore: concernsOperator('A worker is exchanged, so that the fleet is as the policy asks again.'),
  'outside-policy': concernsOperator('Workers have a type or a zone that the policy does not name.'),
  'spot-share-off': concernsOperator('The share of spot is not as the policy asks.'),
  'zones-uneven': concernsOperator('One zone has two workers more than another, or more.'),
  'policy-not-restored': warnsOperator('The fleet is not as the policy asks, and that cannot be mended now.'),
  consolidation: explains('Workers can be replaced by fewer or cheaper ones.'),
  // What bounds it.
  suspended: concernsOperator('The policy says suspend: nothing begins.'),
  'suppressed-by-cooldown': explains('Growth waits for the cooldown after growth.'),
  'max-nodes-per-decision': explains('More nodes are needed than one decision may launch for waiting pods.'),
  'launch-rate': concernsOperator(
    'Repair up to the floor has made as many launches in two minutes as it may.',
  ),
  'launch-pause': concernsOperator('Launching pauses after instances that never joined.'),
  'launching-stopped': warnsOperator(
    'Launching stopped after too many instances in a row that never joined.',
  ),
  'launch-authorization': warnsOperator('EC2 denied a launch; the permissions need mending.'),
  'launch-configuration': warnsOperator('EC2 refused a launch as wrongly configured.'),
  'launch-quota': warnsOperator('EC2 refused a launch because of a quota of the account.'),
  'no-offering': warnsOperator('Nothing can be bought: every offering rests, or none is known.'),
  'at-maximum': concernsOperator('More nodes are wanted than nodes.max allows.'),
  'max-nodes': concernsOwner('The pods need more nodes than were allowed.'),
  budget: concernsOperator('More nodes are wanted than cost.maxUsdPerHour allows.'),
  'cpu-limit': concernsOperator('More nodes are wanted than nodes.maxCpuMillis allows.'),
  'memory-limit': concernsOperator('More nodes are wanted than nodes.maxMemoryMiB allows.'),
  'pod-waits-for-claim': warnsOwner(
    'The pod names a volume claim that is missing or not bound: no node helps.',
  ),
  'pod-waits-for-device': warnsOwner('The pod claims a device (DRA) that no node is known to have.'),
  'pod-preempts': explains('The scheduler ends pods of lower priority to make room for the pod.'),
  'pod-never-fits': warnsOwner('No offering could ever hold the pod.'),
  'pod-unplaceable': warnsOwner('Rules between pods leave the pod no place.'),
  'pod-bought-in-vain': warnsOwner(
    'A node was bought for pods like it and took none, so no other is for now.',
  ),
  'pod-offerings-resting': concernsOwner('All offerings that would hold the pod rest.'),
  // What keeps all nodes.
  'at-minimum': explains('The fleet is as small as the minimum or a schedule allows.'),
  'scheduled-soon': explains('A schedule wants the workers within the next hour.'),
  'pods-wait': explains('Pods wait for a place, so no node goes.'),
  'cpu-unknown': concernsOperator('CPU is not known, so no node goes.'),
  'memory-unknown': concernsOperator('Memory is not known, so no node goes.'),
  'cpu-partial': concernsOperator('CPU is known of some workers only, so no node goes.'),
  'memory-partial': concernsOperator('Memory is known of some workers only, so no node goes.'),
  'cpu-not-low': explains('CPU was not low for the whole window.'),
  'memory-not-low': explains('Memory was not low for the whole window.'),
  'shrink-off': explains('The policy does not shrink the fleet.'),
  'instances-unknown': concernsOperator('EC2 does not say which instances there are, so no node goes.'),
  'launch-in-flight': explains('A launch is under way, so no node goes.'),
  'removal-in-flight': explains('A removal is under way, so no other begins.'),
  'growth-wanted': explains('More nodes are wanted, so none goes.'),
  'too-many-unready': warnsOperator(
    'Several workers are not ready at once, which looks like a fault of the network.',
  ),
  cooldown: explains('Shrinking waits for the cooldown after growth or a removal.'),
  'removal-budget': explains('As many removals began within the hour as a budget of the policy allows.'),
  'no-safe-candidate': explains('Each worker is protected or needed.'),
  // What keeps one node.
  'others-first': explains('Other nodes go first.'),
  'not-counted': concernsOperator('The node is no capacity: silent, about to go, or started by hand.'),
  'no-instance': concernsOperator('EC2 shows no instance of this fleet behind the node.'),
  'node-do-not-disrupt': concernsOwner('An annotation on the node forbids disruption.'),
  'cordoned-by-person': concernsOperator('A person has cordoned the node.'),
  'too-young': explains('The node is younger than shrink.minNodeAgeSeconds.'),
  'drain-paused': explains('The last drain of the node was aborted a moment ago.'),
  'last-in-zone': explains('The zone would have fewer workers than nodes.minPerZone.'),
  'on-demand-base': explains('The fleet would have fewer on-demand workers than spot.onDemandBase.'),
  'pods-unknown': concernsOperator('What runs on the node is not known.'),
  'pods-do-not-fit': explains('Pods of the node fit nowhere else.'),
  'needed-lately': explains('The node has not been unneeded for shrink.unneededSeconds yet.'),
  'launched-lately': explains('Something was launched for load or pods within shrink.minUseSeconds.'),
  'load-would-not-fit': explains('The load would bring the rest of the fleet near the growth thresholds.'),
  'not-tried-yet': explains(
    'Whether the pods fit elsewhere is tried in a later round: of many candidates some are tried at a time.',
  ),
  'pod-budget': concernsOwner('A disruption budget protects a pod of the node.'),
  'pod-do-not-disrupt': concernsOwner('An annotation protects a pod of the node.'),
  'pod-autoscaler': explains('The autoscaler itself runs on the node.'),
  'pod-kube-system': concernsOwner('A system pod outside a DaemonSet runs on the node.'),
  'pod-bare': concernsOwner('Nothing would make a pod of the node again.'),
  'pod-stateful-set': concernsOwner('A pod of a StatefulSet runs on the node.'),
  'pod-tolerates-cordon': concernsOwner(
    'The pod tolerates a cordoned node: its successor may come back to it.',
  ),
  'pod-single-replica': concernsOwner('The only replica of a workload runs on the node.'),
  'pod-local-volume': concernsOwner('The data of a pod lies on the node.'),
  // Why a node goes.
  'low-load': explains('Load was low for the whole window and the pods fit elsewhere.'),
  unneeded: explains('The pods and the load fit the rest of the fleet, and have for a while.'),
  'above-maximum': explains('There are more workers than nodes.max.'),
  replaced: explains('Cheaper capacity that is ready takes over.'),
  'dead-node': concernsOperator('The node was not ready for longer than a machine may take to join.'),
  'spot-warning': explains('EC2 takes the spot instance back within two minutes.'),
  rebalance: explains('EC2 says that the spot instance is likely to be taken back soon.'),
  maintenance: concernsOperator('AWS has scheduled maintenance of the machine.'),
  // Why what is under way is turned back.
  'load-rose': explains('Load rose while a node was drained.'),
  'worker-first': explains('A worker needs the place that a machine for the warm pool takes.'),
  // The warm pool.
  'warm-pool-kept': explains('The warm pool is as the policy wants it.'),
  'warm-pool-waits': explains('The warm pool waits until nothing else is under way.'),
  'warm-pool-fill': explains('One more machine is made ready for the warm pool.'),
  'warm-pool-unfit': explains('A machine of the warm pool cannot or should not be started any more.'),
  'warm-pool-surplus': explains('More machines wait in the warm pool than the policy keeps.'),
  // How an operation ended, and what it met.
  'surge-forbidden': concernsOwner(
    'A pod is to be moved by surge, and the right to patch its Deployment is missing.',
  ),
  'called-off': explains('What it was for is no longer wanted.'),
  aborted: concernsOperator('The removal ended without taking the node away.'),
  'ready-again': explains('The node was ready again before it was replaced.'),
  recovered: concernsOperator('An operation without a record was found and taken up again.'),
  'instance-gone': concernsOperator(
    'The machine went away by itself or by somebody’s hand; its node is tidied up.',
  ),
  'launch-fallback': concernsOperator('Another offering is tried in place of the preferred.'),
  'no-capacity': warnsOperator('No offering of the launch had capacity.'),
  'launch-timeout': warnsOperator('No instance came before the deadline of the launch.'),
  'join-timeout': warnsOperator('The machine did not become a ready node in time and is terminated.'),
  'instance-lost': warnsOperator('The machine ended before it joined.'),
  'node-mismatch': warnsOperator('The node says that it is something else than what was bought.'),
  'node-lost': warnsOperator('A machine for the warm pool lost its node or its machine.'),
  'stop-timeout': warnsOperator('A machine for the warm pool did not stop in time.'),
  'warm-node-in-use': concernsOperator('Pods came to a machine for the warm pool: it stays a worker.'),
  'warm-start-failed': concernsOperator('A machine of the warm pool did not start.'),
  'drain-timeout': warnsOwner('Pods were still on the node at the deadline of the drain.'),
  'protected-pod': warnsOwner('A pod that must not be moved came to the node.'),
  'budget-misconfigured': warnsOwner('Disruption budgets make it impossible to evict a pod.'),
  interrupted: warnsOwner('EC2 took the machine before its pods were gone.'),
  'interruption-void': concernsOperator('EC2 did not take the machine back after all.'),
  'hold-over': explains('No spot warning followed the hint; the node takes pods again.'),
  'operation-stuck': warnsOperator('An operation fails again and again.'),
  // The process and what it is told.
  'catalogue-differs': concernsOperator('Machines of a type offer less to pods than the catalogue says.'),
  'instance-by-hand': warnsOperator(
    'A machine carries the cluster’s tag and none of a launch: it is left alone.',
  ),
  'round-failed': warnsOperator('A round could not be decided or carried out.'),
  'interruption-queue': warnsOperator('The queue of interruptions does not answer.'),
  'interruption-unreadable': warnsOperator('A message of the queue cannot be read.'),
  'no-policy': warnsOperator('The source has no policy, and none is in force.'),
  'policy-vanished': warnsOperator('The source has no policy any more; the last good one stays in force.'),
  'last-good-policy-unreadable': warnsOperator('The stored last good policy cannot be read.'),
  'last-good-policy-reads-anew': warnsOperator(
    'The stored last good policy reads otherwise than when it was accepted.',
  ),
  // What explain says of a pod.
  runs: explains('The pod runs.'),
  ended: explains('The pod has ended.'),
  going: explains('The pod is being deleted.'),
  'not-judged': explains('The scheduler has not said that it cannot place the pod.'),
  'fits-now': explains('A node has room: the scheduler will bind the pod.'),
  'node-comes': explains('A node that boots was bought for the pod.'),
  'node-wanted': explains('A node would be bought for the pod now.'),
  waits: explains('The pod waits for its batch, a bound or a rest.'),
  'never-fits': explains('No node that could be bought would hold the pod.'),
} as const satisfies Record<string, ReasonKind>;

/** A stable code of why something was or was not done; what each means stands in `REASON_CODES`. */
export type ReasonCode = keyof typeof REASON_CODES;
