import type { k8s } from 'cdk8s-plus-28';

type Schema = k8s.JsonSchemaProps;
type Properties = Readonly<Record<string, Schema>>;

/** An object whose `required` keys must be there; keys that the schema does not know are refused or dropped. */
function object(description: string, properties: Properties, required: readonly string[] = []): Schema {
  const strict = required.length === 0 ? {} : { required: [...required] };
  return { type: 'object', description, properties: { ...properties }, ...strict };
}

function text(description: string, more: Schema = {}): Schema {
  return { type: 'string', description, ...more };
}

function count(description: string): Schema {
  return { type: 'integer', format: 'int32', minimum: 0, description };
}

function time(description: string): Schema {
  return { type: 'string', format: 'date-time', description };
}

const REVISION = text('The Git revision that brought it, such as main@sha1:4f2a…; absent when nobody says.');

/** What people, or rather kustomize, write: which policy is to be in force. */
const SPEC = object(
  'Which policy is to be in force. Kustomize writes it: a commit to policy.yaml gives the ConfigMap a new name.',
  {
    policyRef: object(
      'The ConfigMap with the policy, in the same namespace.',
      {
        name: text('Name of the ConfigMap, with the hash of its content.', {
          minLength: 1,
          maxLength: 253,
          pattern: '^[a-z0-9]([-a-z0-9.]*[a-z0-9])?$',
        }),
      },
      ['name'],
    ),
  },
  ['policyRef'],
);

const CONDITION = object(
  'A statement about the fleet, as Kubernetes writes conditions.',
  {
    type: text('Ready or Synced.', { maxLength: 316 }),
    status: text('Whether it holds.', { enum: ['True', 'False', 'Unknown'] }),
    reason: text('One word for machines.', { minLength: 1, maxLength: 1024 }),
    message: text('A sentence for people.', { maxLength: 32_768 }),
    lastTransitionTime: time('When the status last changed.'),
    observedGeneration: {
      type: 'integer',
      format: 'int64',
      minimum: 0,
      description: 'The generation it speaks of.',
    },
  },
  ['type', 'status', 'reason', 'message', 'lastTransitionTime'],
);

const POLICY_STATUS = object('Which policy is in force, and which is not.', {
  accepted: object(
    'The policy in force: the newest that breaks no rule.',
    {
      digest: text('sha256: and 64 hex digits over its meaning.'),
      shortDigest: text('The first twelve hex digits, for tables.'),
      revision: REVISION,
      since: time('Since when it is in force.'),
      configMap: text('The ConfigMap it came in; it may be gone by now.'),
      text: text('The policy itself, so that it is still known when its ConfigMap is gone.'),
    },
    ['digest', 'since', 'text'],
  ),
  rejected: object(
    'The newest policy, while it breaks a rule; absent when the newest is in force.',
    {
      revision: REVISION,
      since: time('When it was rejected.'),
      configMap: text('The ConfigMap it came in.'),
      faults: {
        type: 'array',
        description: 'What is wrong, in the order of the lines: file:line field = value: rule; remedy.',
        items: text('One fault.'),
      },
    },
    ['since', 'faults'],
  ),
});

const NODES = object('The workers, counted.', {
  desired: count('Wanted after the bounds.'),
  current: count('Ready, booting and in flight, less those being removed.'),
  ready: count('Nodes that take pods.'),
  spot: count('Spot instances that cost money.'),
  min: count('The least that the policy allows.'),
  max: count('The most that the policy allows.'),
});

const STATUS = object('What the autoscaler says; it alone writes it.', {
  observedGeneration: {
    type: 'integer',
    format: 'int64',
    minimum: 0,
    description: 'The generation whose policy was last judged.',
  },
  conditions: {
    type: 'array',
    description: 'Synced: the newest policy is in force. Ready: it is, and the fleet is as it wants it.',
    items: CONDITION,
    xKubernetesListType: 'map',
    xKubernetesListMapKeys: ['type'],
  },
  policy: POLICY_STATUS,
  nodes: NODES,
  costUsdPerHour: text('What the instances cost an hour, in US dollars; absent when a price is unknown.', {
    pattern: '^[0-9]+\\.[0-9]{4}$',
  }),
  lastDecision: object(
    'The last decision that said something new.',
    {
      id: text('Its name, as in logs and on instances.'),
      at: time('When it was made.'),
      reason: text('What it does and why.'),
    },
    ['id', 'at', 'reason'],
  ),
});

/** The whole object. The name is a tag's and a label's value elsewhere, so it must fit there. */
export const NODE_FLEET_SCHEMA: Schema = {
  ...object(
    "The cluster's workers: which policy they follow, and what the autoscaler makes of it.",
    { spec: SPEC, status: STATUS },
    ['spec'],
  ),
  xKubernetesValidations: [
    {
      rule: "self.metadata.name.matches('^[a-z0-9]([-a-z0-9]{0,61}[a-z0-9])?$')",
      message:
        "the name is the cluster's name, as in the tag Cluster of its instances: at most 63 lower-case letters, digits and dashes",
    },
  ],
};
