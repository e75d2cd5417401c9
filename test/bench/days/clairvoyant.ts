import { isAlive } from '../../../src/model/instance.ts';
import type { Node } from '../../../src/model/node.ts';
import type { Pod } from '../../../src/model/pod.ts';
import type { Resources } from '../../../src/model/resources.ts';
import type { ClusterView } from '../../../src/ports.ts';
import type { Strike } from '../../../src/simulate/story-file/story-schema.ts';
import type { FleetRule } from './peer-fleet.ts';

const MINUTE_MS = 60_000;
/** It buys what is needed within a boot, and keeps what will be needed again within this long. */
const BUYS_AHEAD_MINUTES = 3;
const KEEPS_FOR_MINUTES = 30;
/** How long it keeps one more worker after pods have waited. */
const CORRECTS_FOR_MINUTES = 180;
const BASE = 2;
const SPOT_SHARE = 0.7;

/** How many workers the pods need, minute by minute. */
export type NeedByMinute = readonly number[];

/** How many workers of the fleet's type hold all worker pods by their requests, first fit by the largest first. */
export function neededWorkers({ nodes, pods }: ClusterView): number {
  const worker = nodes.find((node) => !node.isControlPlane && node.isReady);
  if (worker === undefined) return 0;
  const servers = new Set(nodes.filter((node) => node.isControlPlane).map(({ name }) => name));
  const workerPods = pods.filter(
    (pod) =>
      pod.owner?.kind !== 'DaemonSet' &&
      pod.phase !== 'Succeeded' &&
      pod.deletionRequestedAtMs === undefined &&
      !servers.has(pod.nodeName ?? '') &&
      pod.nodeSelector.length === 0,
  );
  return firstFit(workerPods, roomOn(worker, pods)).length;
}

/** What the agents of a node leave of it. */
function roomOn(node: Node, pods: readonly Pod[]): Resources {
  const agents = pods.filter((pod) => pod.nodeName === node.name && pod.owner?.kind === 'DaemonSet');
  return agents.reduce((room, { requests }) => less(room, requests), node.allocatable);
}

function firstFit(pods: readonly Pod[], room: Resources): readonly Resources[] {
  const size = ({ requests }: Pod) =>
    Math.max(requests.cpuMillis / room.cpuMillis, requests.memoryMiB / room.memoryMiB);
  const bins: Resources[] = [];
  for (const { requests } of [...pods].sort((a, b) => size(b) - size(a))) {
    const i = bins.findIndex(
      (bin) => bin.cpuMillis >= requests.cpuMillis && bin.memoryMiB >= requests.memoryMiB && bin.pods > 0,
    );
    const bin = bins[i];
    if (bin === undefined) bins.push(less(room, requests));
    else bins[i] = less(bin, requests);
  }
  return bins;
}

function less(room: Resources, { cpuMillis, memoryMiB }: Resources): Resources {
  return {
    cpuMillis: room.cpuMillis - cpuMillis,
    memoryMiB: room.memoryMiB - memoryMiB,
    pods: room.pods - 1,
  };
}

/**
 * Knows what pods will need: buys a boot ahead, keeps nothing for longer than it pays, with the shipped spot share and base, and
 * nothing where machines do not join. Requests that fit in sum may not fit node by node: for pods that wait it keeps one more for a while.
 */
export function clairvoyant(
  need: NeedByMinute,
  bounds: { min: number; max: number },
  strikes: readonly Strike[] = [],
): FleetRule {
  const corrections: number[] = [];
  const within = (from: number, minutes: number) =>
    Math.min(
      bounds.max,
      need.slice(from, from + minutes).reduce((most, n) => Math.max(most, n), bounds.min),
    );
  return {
    wanted: ({ nowMs, workers, waitingPods }) => {
      const minute = Math.floor(nowMs / MINUTE_MS);
      const last = corrections.at(-1) ?? Number.NEGATIVE_INFINITY;
      const least = within(minute, BUYS_AHEAD_MINUTES);
      if (waitingPods > 0 && workers >= least && minute - last >= BUYS_AHEAD_MINUTES)
        corrections.push(minute);
      const more = corrections.filter((at) => minute - at < CORRECTS_FOR_MINUTES).length;
      const atMost = (n: number) => Math.min(bounds.max, n + more);
      return { least: atMost(least), most: atMost(within(minute, KEEPS_FOR_MINUTES)) };
    },
    avoids: (zone, nowMs) =>
      strikes.some(
        (strike) =>
          strike.kind === 'never-joins' &&
          (strike.zone ?? zone) === zone &&
          strike.at <= nowMs &&
          nowMs < strike.at + strike.minutes * MINUTE_MS,
      ),
    lifecycle: (alive) => {
      const above = Math.max(0, alive.length - BASE);
      const spot = alive.filter((one) => isAlive(one) && one.lifecycle === 'spot').length;
      return alive.length >= BASE && spot < (above + 1) * SPOT_SHARE ? 'spot' : 'on-demand';
    },
  };
}
