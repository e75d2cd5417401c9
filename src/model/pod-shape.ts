import { memoizeByIdentity } from './memoize-by-identity.ts';
import type { Pod } from './pod.ts';

/**
 * What a pod asks of a node, whoever it is: its namespace, size and constraints as a short text, equal for all pods that are alike.
 * Labels are not part of it, since controllers give each pod some of its own.
 */
export const podShape: (pod: Pod) => string = memoizeByIdentity((pod: Pod): string => {
  const { namespace, requests, tolerations, nodeSelector, nodeAffinityTerms, volumeNodes, hostPorts } = pod;
  const { podAffinity, podAntiAffinity, topologySpread } = pod;
  const nodes = [tolerations, nodeSelector, nodeAffinityTerms, volumeNodes, hostPorts];
  const pods = [podAffinity, podAntiAffinity, topologySpread];
  return `${namespace}/${requests.cpuMillis}m/${requests.memoryMiB}Mi/${digestOf(JSON.stringify([requests, nodes, pods]))}`;
});

/** A 32-bit FNV-1a hash in hexadecimal: for telling texts apart, not for security. */
function digestOf(text: string): string {
  let hash = 0x811c9dc5;
  for (let i = 0; i < text.length; i += 1) hash = Math.imul(hash ^ text.charCodeAt(i), 0x01000193);
  return (hash >>> 0).toString(16).padStart(8, '0');
}
