import { CLUSTERS } from '../../../charts/clusters.ts';
import { objectsOfEveryOption } from '../../charts/every-option.ts';
import { objectsOfCluster } from '../../charts/generated-objects.ts';
import { type KindKey, kindKeyOf } from '../../charts/manifest-schemas.ts';

/** Every kind that the charts make, with all options, but for our own. */
export function shippedKinds(): readonly KindKey[] {
  const objects = [
    ...CLUSTERS.flatMap(({ name }) => objectsOfCluster(name).map(({ object }) => object)),
    ...objectsOfEveryOption(),
  ];
  return [...new Set(objects.map(kindKeyOf))].filter((key) => !key.startsWith('smartscale.dev/')).sort();
}
