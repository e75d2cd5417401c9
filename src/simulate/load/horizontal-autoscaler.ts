/** What the autoscaler aims at: pods use this share of the CPU that they request. */
export const TARGET_SHARE = 0.7;
/** It leaves alone what is so close to the target. */
const TOLERANCE = 0.1;
/** It shrinks to the highest replica count that it wanted within this time. */
const STABILIZATION_MS = 300_000;
/** Scale-up limit per step: twice the running pods, or this number of pods. */
const MAX_PODS_PER_STEP = 4;

export interface AutoscalerReading {
  readonly replicas: number;
  readonly running: number;
  /** CPU used by the running pods, in units of one pod's request. */
  readonly usedRequests: number;
  readonly nowMs: number;
}

/** Kubernetes' HorizontalPodAutoscaler on CPU, with its default behaviour. */
export class HorizontalAutoscaler {
  readonly #minReplicas: number;
  readonly #maxReplicas: number;
  #wanted: { readonly atMs: number; readonly replicas: number }[] = [];

  constructor(limits: { readonly minReplicas: number; readonly maxReplicas: number }) {
    this.#minReplicas = limits.minReplicas;
    this.#maxReplicas = limits.maxReplicas;
  }

  /** The replicas that it sets now. */
  desired(reading: AutoscalerReading): number {
    const wanted = this.#recommend(reading);
    this.#wanted = this.#wanted.filter((w) => reading.nowMs - w.atMs < STABILIZATION_MS);
    this.#wanted.push({ atMs: reading.nowMs, replicas: wanted });
    const stable = this.#wanted.reduce((max, w) => Math.max(max, w.replicas), 0);
    return wanted >= reading.replicas ? wanted : Math.min(reading.replicas, stable);
  }

  #recommend({ replicas, running, usedRequests }: AutoscalerReading): number {
    if (running === 0) return replicas;
    const ratio = usedRequests / running / TARGET_SHARE;
    // Pods that do not run yet count as idle, so a scale-up that is under way is not doubled.
    const ifAllRan = usedRequests / Math.max(running, replicas) / TARGET_SHARE;
    if (Math.abs(ratio - 1) <= TOLERANCE) return replicas;
    if (ratio > 1 && ifAllRan <= 1 + TOLERANCE) return replicas;
    // And for a scale-down they count as using what is aimed at.
    const missing = ratio < 1 ? Math.max(0, replicas - running) : 0;
    const exact = Math.ceil(usedRequests / TARGET_SHARE) + missing;
    if (ratio < 1 && exact >= replicas * (1 - TOLERANCE)) return replicas;
    const max = Math.max(running * 2, running + MAX_PODS_PER_STEP, replicas);
    return Math.min(this.#maxReplicas, Math.max(this.#minReplicas, Math.min(exact, max)));
  }
}
