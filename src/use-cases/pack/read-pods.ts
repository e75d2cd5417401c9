import { type PodRecord, podResource } from '../../adapters/kubernetes/read.ts';
import type { RawObject } from '../../adapters/kubernetes/watch.ts';
import { countText } from '../../decide/text/wording.ts';
import type { DaemonOverhead } from '../../model/daemon-overhead.ts';
import { type Pod, podRef } from '../../model/pod.ts';
import type { LabelSelector } from '../../model/selector.ts';
import { CommandError } from '../command-error.ts';
import { readPodManifests } from './pod-entries.ts';
import type { PodManifest } from './pod-manifest.ts';

/** The label that stands for the node's name in a pod's affinity. */
const HOSTNAME = 'kubernetes.io/hostname';

/** The pods of a file, each to be placed anew, whatever node it is on. */
export interface PodFile {
  readonly pods: readonly Pod[];
  /** What every node will carry: one pod of each DaemonSet that has pods in the file. */
  readonly daemons: readonly DaemonOverhead[];
  /** What was left out or not looked at, for people. */
  readonly notes: readonly string[];
  /** A pod's name alone, or with its namespace before it when the file has the same name in two. */
  readonly nameOf: (pod: Pod) => string;
}

/**
 * Reads a list of pods in short, or Kubernetes Pods and Lists of them, in JSON or YAML.
 * @throws CommandError when the file cannot be read, holds anything else, breaks a rule, or has nothing to place
 */
export async function readPods(file: string): Promise<PodFile> {
  const resource = podResource();
  const records = (await readPodManifests(file)).map((manifest) => {
    const raw = rawPod(manifest);
    return resource.project(raw, { previous: undefined, isFirstList: true, nowMs: 0 });
  });
  const toPlace = records.filter(({ pod }) => isPlaced(pod));
  if (toPlace.length === 0) {
    throw new CommandError(`${file} has no pod to place: all of them are finished, static or of a DaemonSet`);
  }
  const pods = toPlace.map(({ pod }) => ({ ...pod, nodeName: undefined }));
  const names = new Set(pods.map(({ name }) => name));
  const nameOf = names.size === pods.length ? (pod: Pod) => pod.name : podRef;
  return { pods, daemons: daemonsOf(records), notes: notesOn(records, toPlace), nameOf };
}

/** Hand-written pods have neither uid nor status. */
function rawPod({ metadata, spec, status }: PodManifest): RawObject {
  const uid = `${metadata.namespace ?? 'default'}/${metadata.name}`;
  const raw = { metadata: { uid, ...metadata }, spec, status: { phase: 'Pending', ...status } };
  return raw as RawObject;
}

function isPlaced(pod: Pod): boolean {
  return !isFinished(pod) && !pod.isMirror && pod.owner?.kind !== 'DaemonSet';
}

function isFinished({ phase }: Pod): boolean {
  return phase === 'Succeeded' || phase === 'Failed';
}

function daemonsOf(records: readonly PodRecord[]): readonly DaemonOverhead[] {
  const byName = new Map<string, DaemonOverhead>();
  for (const { pod } of records) {
    if (pod.owner?.kind !== 'DaemonSet' || isFinished(pod)) continue;
    const name = `${pod.namespace}/${pod.owner.name}`;
    if (!byName.has(name)) byName.set(name, overheadOf(name, pod));
  }
  return [...byName.values()];
}

/** Its controller tied the pod to one node; what is left of its selector is the DaemonSet's own. */
function overheadOf(name: string, pod: Pod): DaemonOverhead {
  const { namespace, labels, requests, hostPorts, tolerations } = pod;
  const withoutName = (selector: LabelSelector) => selector.filter(({ key }) => key !== HOSTNAME);
  return {
    name,
    namespace,
    labels,
    requests,
    hostPorts,
    tolerations,
    nodeSelector: withoutName(pod.nodeSelector),
    nodeAffinityTerms: pod.nodeAffinityTerms.map(withoutName),
  };
}

function notesOn(records: readonly PodRecord[], placed: readonly PodRecord[]): readonly string[] {
  const finished = records.filter(({ pod }) => isFinished(pod)).length;
  const ofNodes = records.length - placed.length - finished;
  const withClaims = placed.filter(({ claims }) => claims.length > 0).length;
  return [
    ...(finished > 0 ? [`left out: ${countText(finished, 'finished pod')}`] : []),
    ...(ofNodes > 0
      ? [`not placed, since each node has its own: ${countText(ofNodes, 'static or DaemonSet pod')}`]
      : []),
    ...(withClaims > 0
      ? [`a file does not tell the zones of volumes: ${countText(withClaims, 'pod')} with claims`]
      : []),
  ];
}
