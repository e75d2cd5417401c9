import { Chart } from 'cdk8s';
import { k8s } from 'cdk8s-plus-28';
import type { Construct } from 'constructs';

/** Who stays when a node is full. */
export const PRIORITY = {
  /** The autoscaler and what it decides by: without them no node comes for whoever waits. */
  fleet: 'smartscale-fleet',
} as const;

/** Above every app (0), far below what Kubernetes keeps for itself (2 000 000 000). */
const FLEET_VALUE = 1_000_000;

export class PriorityClassesChart extends Chart {
  constructor(scope: Construct, id: string) {
    super(scope, id);
    new k8s.KubePriorityClass(this, 'fleet', {
      metadata: { name: PRIORITY.fleet },
      value: FLEET_VALUE,
      description: 'What the fleet is scaled by; it may push out apps.',
    });
  }
}
