import { z } from 'zod';
import { parseQuantity } from '../../adapters/kubernetes/read.ts';
import { count, fields, listOf, oneOf, text, textByKey } from './entry-rules.ts';

/*
 * What packing reads of a Pod. The API server has checked what comes out of a cluster, but a file may be written by hand:
 * what is read must have its shape, what is not read may be anything.
 */

function object<T extends z.core.$ZodLooseShape>(shape: T) {
  return z.looseObject(shape, { error: 'must be an object; write { } around its fields' });
}

const requests = z.record(
  z.string(),
  z
    .union([z.string(), z.number()], { error: 'must be a quantity; write it like 250m, 2 or 512Mi' })
    .refine(isAmount, {
      error: 'must be a quantity, 0 or more; write it like 250m, 2 or 512Mi',
    }),
);

const container = object({
  restartPolicy: text.optional(),
  resources: object({ requests: requests.optional(), limits: requests.optional() }).optional(),
  ports: listOf(
    object({ hostPort: count('the port', 0).optional(), protocol: text.optional(), hostIP: text.optional() }),
  ).optional(),
});

const values = listOf(z.string({ error: 'must be text; write it in quotes' })).optional();
const labelOperator = oneOf('In', 'NotIn', 'Exists', 'DoesNotExist');
const nodeOperator = oneOf('In', 'NotIn', 'Exists', 'DoesNotExist', 'Gt', 'Lt');
const nodeRequirements = listOf(object({ key: text, operator: nodeOperator, values })).optional();

const labelSelector = object({
  matchLabels: textByKey.optional(),
  matchExpressions: listOf(object({ key: text, operator: labelOperator, values })).optional(),
});

const podTerm = object({
  topologyKey: text,
  labelSelector: labelSelector.optional(),
  namespaces: listOf(text).optional(),
  namespaceSelector: labelSelector.optional(),
  matchLabelKeys: listOf(text).optional(),
  mismatchLabelKeys: listOf(text).optional(),
});

const podTerms = object({
  requiredDuringSchedulingIgnoredDuringExecution: listOf(podTerm).optional(),
  preferredDuringSchedulingIgnoredDuringExecution: listOf(
    object({ weight: count('the weight', 1), podAffinityTerm: podTerm }),
  ).optional(),
});

const nodeTerm = object({ matchExpressions: nodeRequirements, matchFields: nodeRequirements });

const nodeTerms = object({
  requiredDuringSchedulingIgnoredDuringExecution: object({
    nodeSelectorTerms: listOf(nodeTerm),
  }).optional(),
  preferredDuringSchedulingIgnoredDuringExecution: listOf(
    object({ weight: count('the weight', 1), preference: nodeTerm }),
  ).optional(),
});

/** What tolerates a taint, in manifests and in short. */
export const toleration = fields({
  key: z.string().optional(),
  operator: oneOf('Equal', 'Exists').optional(),
  value: z.string().optional(),
  effect: oneOf('NoSchedule', 'PreferNoSchedule', 'NoExecute').optional(),
  tolerationSeconds: z.number().optional(),
});

const spread = object({
  topologyKey: text,
  maxSkew: count('pods', 1),
  whenUnsatisfiable: oneOf('DoNotSchedule', 'ScheduleAnyway'),
  labelSelector: labelSelector.optional(),
  matchLabelKeys: listOf(text).optional(),
  minDomains: count('domains', 1).optional(),
  nodeAffinityPolicy: oneOf('Honor', 'Ignore').optional(),
  nodeTaintsPolicy: oneOf('Honor', 'Ignore').optional(),
});

export const podManifest = object({
  metadata: object({
    name: text,
    namespace: text.optional(),
    labels: textByKey.optional(),
    annotations: textByKey.optional(),
    ownerReferences: listOf(
      object({ kind: text, name: text, uid: text.default(''), controller: z.boolean().optional() }),
    ).optional(),
  }),
  spec: object({
    containers: listOf(container).min(1, { error: 'must not be empty; add the containers of the pod' }),
    initContainers: listOf(container).optional(),
    overhead: requests.optional(),
    resources: object({ requests: requests.optional(), limits: requests.optional() }).optional(),
    nodeSelector: textByKey.optional(),
    affinity: object({
      nodeAffinity: nodeTerms.optional(),
      podAffinity: podTerms.optional(),
      podAntiAffinity: podTerms.optional(),
    }).optional(),
    tolerations: listOf(toleration).optional(),
    topologySpreadConstraints: listOf(spread).optional(),
  }),
  status: object({ phase: text.optional() }).optional(),
});

export type PodManifest = z.output<typeof podManifest>;

function isAmount(quantity: string | number): boolean {
  try {
    return parseQuantity(quantity) >= 0;
  } catch (error) {
    if (error instanceof RangeError) return false;
    throw error;
  }
}
