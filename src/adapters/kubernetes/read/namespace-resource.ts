import type { Labels } from '../../../model/selector.ts';
import type { KubeResource } from '../watch.ts';

/** Labels of namespaces, by which affinity to pods may choose them. */
export const namespaceResource: KubeResource<Labels> = {
  name: 'namespaces',
  path: '/api/v1/namespaces',
  project: ({ metadata }) => metadata.labels ?? {},
};
