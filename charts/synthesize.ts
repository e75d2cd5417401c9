import { App, Yaml } from 'cdk8s';
import { AutoscalerChart } from './autoscaler.ts';
import { CLUSTERS } from './clusters.ts';

/** Name of the file in clusters/<cluster>/ that people write, and of the ConfigMap that carries it. */
const POLICY = { file: 'policy.yaml', configMap: 'smartscale-policy' } as const;

/** The generated files of every cluster: cluster → file → YAML. The same charts always give the same bytes. */
export function synthesize(): ReadonlyMap<string, ReadonlyMap<string, string>> {
  return new Map(
    CLUSTERS.map((cluster) => {
      const chart = new AutoscalerChart(new App(), 'autoscaler', {
        namespace: cluster.namespace,
        image: cluster.image,
        clusterName: cluster.name,
        policyConfigMap: POLICY.configMap,
        prometheusUrl: cluster.prometheusUrl,
        aws: cluster.aws,
      });
      const files = new Map([
        ['autoscaler.yaml', Yaml.stringify(...(chart.toJson() as unknown[]))],
        ['kustomization.yaml', Yaml.stringify(kustomization(cluster.namespace))],
      ]);
      return [cluster.name, files];
    }),
  );
}

/** Kustomize makes the policy's ConfigMap out of the file that people edit. */
function kustomization(namespace: string): unknown {
  return {
    apiVersion: 'kustomize.config.k8s.io/v1beta1',
    kind: 'Kustomization',
    resources: ['autoscaler.yaml'],
    configMapGenerator: [
      { name: POLICY.configMap, namespace, files: [POLICY.file], options: { disableNameSuffixHash: true } },
    ],
  };
}
