import type { PolicyDocument, PolicySource } from '../../ports.ts';
import type { KubeResource, RawObject } from './kube-resource.ts';
import { Reflector, type ReflectorOptions } from './reflector.ts';

/** The Git revision of the policy, where whoever applies it writes it down. */
const REVISION_ANNOTATION = 'smartscale.dev/revision';
const POLICY_KEY = 'policy.yaml';

interface RawConfigMap extends RawObject {
  readonly data?: Readonly<Record<string, string>>;
}

export interface ConfigMapRef {
  readonly namespace: string;
  readonly name: string;
}

/**
 * The policy in one ConfigMap, watched through the API, so a commit counts as soon as Flux has applied it. It stands under
 * `policy.yaml`, or under the only key there is. `current()` is undefined before the first list, and when the ConfigMap is
 * deleted or has no such key.
 */
export class ConfigMapPolicySource implements PolicySource {
  /** Whoever runs the process runs this, and waits for its `synced`. */
  readonly reflector: Reflector<PolicyDocument | undefined>;
  readonly #key: string;

  constructor(ref: ConfigMapRef, options: ReflectorOptions) {
    this.#key = `${ref.namespace}/${ref.name}`;
    this.reflector = new Reflector(configMapResource(ref), options);
  }

  current(): PolicyDocument | undefined {
    return this.reflector.store.get(this.#key);
  }

  onChange(listener: () => void): () => void {
    return this.reflector.store.onChange((_kind, key) => {
      if (key === this.#key) listener();
    });
  }
}

function configMapResource({ namespace, name }: ConfigMapRef): KubeResource<PolicyDocument | undefined> {
  return {
    name: 'policy',
    path: `/api/v1/namespaces/${encodeURIComponent(namespace)}/configmaps`,
    query: { fieldSelector: `metadata.name=${name}` },
    project: (raw) => documentOf(raw),
  };
}

function documentOf(configMap: RawConfigMap): PolicyDocument | undefined {
  const { metadata, data = {} } = configMap;
  const only = Object.values(data);
  const text = data[POLICY_KEY] ?? (only.length === 1 ? only[0] : undefined);
  if (text === undefined) return undefined;
  const origin = `ConfigMap ${metadata.namespace ?? ''}/${metadata.name}`;
  return { text, origin, revision: metadata.annotations?.[REVISION_ANNOTATION] };
}
