import { NODE_FLEET } from './node-fleet.ts';

/** How kube-state-metrics reads one kind of custom object. */
export interface CustomResource {
  readonly groupVersionKind: { readonly group: string; readonly version: string; readonly kind: string };
  readonly resourcePlural: string;
  readonly [setting: string]: unknown;
}

const NAME_LABELS = { namespace: ['metadata', 'namespace'], name: ['metadata', 'name'] };

/**
 * The custom objects that alerts watch: whether Git's newest commit is in force, told by the API server and not by the autoscaler, which must not
 * be the only watcher of itself. A kind that the cluster does not know is waited for.
 */
export const CUSTOM_RESOURCES: readonly CustomResource[] = [
  {
    groupVersionKind: { group: NODE_FLEET.group, version: NODE_FLEET.version, kind: NODE_FLEET.kind },
    resourcePlural: NODE_FLEET.plural,
    metricNamePrefix: 'nodefleet',
    labelsFromPath: NAME_LABELS,
    metrics: [
      {
        name: 'condition',
        help: '1 while a condition of the NodeFleet is True, 0 while it is False.',
        each: {
          type: 'Gauge',
          gauge: {
            path: ['status', 'conditions'],
            labelsFromPath: { type: ['type'] },
            valueFrom: ['status'],
          },
        },
      },
    ],
  },
  fluxResource({ group: 'source.toolkit.fluxcd.io', kind: 'GitRepository' }, 'gitrepositories', [
    'artifact',
    'revision',
  ]),
  fluxResource({ group: 'kustomize.toolkit.fluxcd.io', kind: 'Kustomization' }, 'kustomizations', [
    'lastAppliedRevision',
  ]),
];

/** The file of `--custom-resource-state-config-file`. */
export const CUSTOM_RESOURCE_STATE = {
  kind: 'CustomResourceStateMetrics',
  spec: { resources: CUSTOM_RESOURCES },
};

/** The series that it makes. */
export const CUSTOM_RESOURCE_METRICS = ['nodefleet_condition', 'gotk_resource_info'] as const;

/** `gotk_resource_info`, the name that Flux's own dashboards use. */
function fluxResource(
  { group, kind }: { readonly group: string; readonly kind: string },
  resourcePlural: string,
  revision: readonly string[],
): CustomResource {
  return {
    groupVersionKind: { group, version: 'v1', kind },
    resourcePlural,
    metricNamePrefix: 'gotk',
    labelsFromPath: NAME_LABELS,
    metrics: [
      {
        name: 'resource_info',
        help: 'State of a Flux object.',
        commonLabels: { kind },
        each: {
          type: 'Info',
          info: {
            labelsFromPath: {
              ready: ['status', 'conditions', '[type=Ready]', 'status'],
              suspended: ['spec', 'suspend'],
              revision: ['status', ...revision],
            },
          },
        },
      },
    ],
  };
}
