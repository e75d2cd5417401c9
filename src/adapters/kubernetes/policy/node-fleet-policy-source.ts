import { isDeepStrictEqual } from 'node:util';
import type { PolicyDocument, RememberedPolicy } from '../../../model/policy-document.ts';
import { PortError } from '../../../ports.ts';
import { whenAborted } from '../../../time/when-aborted.ts';
import { HeldPolicySource } from '../../memory/held-policy-source.ts';
import { Reflector, type ReflectorOptions } from '../watch.ts';
import { fluxRevision } from './flux-revision.ts';
import { type NodeFleet, type NodeFleetRef, nodeFleetResource } from './node-fleet-resource.ts';
import { POLICY_FILE, type PolicyConfigMap, policyConfigMapResource } from './policy-configmap-resource.ts';

/** Objects of one commit arrive one by one and in any order, and the old ConfigMap is pruned: only what stays missing is missing. */
const MISSING_AFTER_MS = 3_000;
/** A policy, so a revert too, waits about this long for its name and no longer. */
const REVISION_LIMIT_MS = 5_000;
const REVISION_RETRY_MS = 250;

type PolicyLookup =
  | { readonly kind: 'policy'; readonly fleet: NodeFleet; readonly text: string }
  | { readonly kind: 'none'; readonly why: string };

/**
 * The policy that a NodeFleet names, with the Git revision that brought it. It is followed through the API, so a commit counts as
 * soon as Flux has applied it. A ConfigMap that is not there yet leaves the old policy shown for a moment, and then none: never an
 * empty one. Unrelated commits change nothing here; a revert is a new document though its text is old.
 */
export class NodeFleetPolicySource extends HeldPolicySource {
  readonly #ref: NodeFleetRef;
  readonly #options: ReflectorOptions;
  readonly #fleets: Reflector<NodeFleet>;
  readonly #configMaps: Reflector<PolicyConfigMap>;
  readonly #settled: Promise<void>;
  #markSettled: () => void = () => undefined;
  #why = '';
  /** Since when what is named is not there, by the monotonic clock. */
  #missingSinceMs: number | undefined;
  /** The last document that was shown, gone or not: the same text named the same way has the same revision. */
  #last: PolicyDocument | undefined;
  /** Aborts when anything changes. */
  #change = new AbortController();
  /** The fleet whose policy is being shown, and what aborts when it is named anew; its status is no matter. */
  #named: NodeFleet | undefined;
  #renamed = new AbortController();

  constructor(ref: NodeFleetRef, options: ReflectorOptions) {
    super();
    this.#ref = ref;
    this.#options = options;
    this.#fleets = new Reflector(nodeFleetResource(ref), options);
    this.#configMaps = new Reflector(policyConfigMapResource(ref.namespace), options);
    this.#settled = new Promise((resolve) => {
      this.#markSettled = resolve;
    });
    this.#fleets.store.onChange(() => {
      const { fleet } = this;
      if (fleet?.uid !== this.#named?.uid || fleet?.generation !== this.#named?.generation)
        this.#renamed.abort();
    });
    for (const { store } of [this.#fleets, this.#configMaps]) store.onChange(() => this.#change.abort());
  }

  /** The object as it was last seen; `undefined` while there is none. */
  get fleet(): NodeFleet | undefined {
    return this.#fleets.store.get(`${this.#ref.namespace}/${this.#ref.name}`);
  }

  /** Mirrors and follows until the signal aborts; then resolves with nothing left open. */
  async run(signal: AbortSignal): Promise<void> {
    await Promise.all([this.#fleets.run(signal), this.#configMaps.run(signal), this.#follow(signal)]);
  }

  override async synced(signal: AbortSignal): Promise<void> {
    await Promise.all([this.#fleets.synced(signal), this.#configMaps.synced(signal)]);
    await this.#settled;
  }

  whyNone(): string {
    return this.#why;
  }

  /** What the object's status remembers: it outlives the process, the ConfigMap, and a newer policy that is refused. */
  override lastGood(): RememberedPolicy | undefined {
    const accepted = this.fleet?.status.policy?.accepted;
    if (accepted === undefined) return undefined;
    const { text, digest, revision } = accepted;
    return { text, origin: `the status of ${this.#name()}`, identity: { digest, revision } };
  }

  /** The mirrors behind it, for readiness and metrics. */
  reflectors(): readonly Reflector<unknown>[] {
    return [this.#fleets, this.#configMaps];
  }

  async #follow(signal: AbortSignal): Promise<void> {
    const isListed = Promise.all([this.#fleets.synced(signal), this.#configMaps.synced(signal)]);
    await isListed.catch((error: unknown) => {
      if (!signal.aborted) throw error;
    });
    while (!signal.aborted) {
      this.#change = new AbortController();
      const waitMs = await this.#settle(signal);
      const changed = AbortSignal.any([signal, this.#change.signal]);
      if (waitMs === undefined) await whenAborted(changed);
      else await this.#options.clock.sleep(waitMs, changed);
    }
    this.#markSettled();
  }

  /** Shows what is there; gives how soon to look again though nothing changes. */
  async #settle(signal: AbortSignal): Promise<number | undefined> {
    const lookup = this.#evaluate();
    if (lookup.kind === 'none') return this.#markMissing(lookup.why);
    this.#missingSinceMs = undefined;
    const { fleet, text } = lookup;
    const { configMap, generation, uid } = fleet;
    this.#named = fleet;
    this.#renamed = new AbortController();
    const reference = { configMap, generation, fleetUid: uid };
    const revision = await this.#revisionOf(fleet, text, signal);
    // Named anew while the revision was asked for: the answer may be that of the next one.
    if (signal.aborted || this.#renamed.signal.aborted) return 0;
    const document: PolicyDocument = { text, origin: POLICY_FILE, revision, reference };
    if (this.current() === undefined || !isSame(document, this.#last)) this.hold(document);
    this.#last = document;
    this.#markSettled();
    return undefined;
  }

  #evaluate(): PolicyLookup {
    const { fleet } = this;
    if (fleet === undefined) return { kind: 'none', why: `There is no ${this.#name()}` };
    const { namespace } = this.#ref;
    const configMap = this.#configMaps.store.get(`${namespace}/${fleet.configMap}`);
    const named = `ConfigMap ${fleet.configMap}, which ${this.#name()} names,`;
    if (configMap === undefined) return { kind: 'none', why: `${named} is not there` };
    if (configMap.text === undefined) return { kind: 'none', why: `${named} has no ${POLICY_FILE}` };
    return { kind: 'policy', fleet, text: configMap.text };
  }

  #markMissing(why: string): number | undefined {
    const nowMs = this.#options.clock.monotonicMs();
    this.#missingSinceMs ??= nowMs;
    const leftMs = this.#missingSinceMs + MISSING_AFTER_MS - nowMs;
    if (this.current() !== undefined && leftMs > 0) return leftMs;
    const isNew = this.#why !== why || this.current() !== undefined;
    this.#why = why;
    if (isNew) this.hold(undefined);
    this.#markSettled();
    return undefined;
  }

  async #revisionOf(fleet: NodeFleet, text: string, signal: AbortSignal): Promise<string | undefined> {
    const { generation, configMap, owner } = fleet;
    const last = this.#last;
    if (last?.reference?.generation === generation && last.reference.configMap === configMap)
      // Another text under the same name is somebody's edit, not a commit.
      return last.text === text ? last.revision : undefined;
    const judged = judgedBefore(fleet, text);
    if (judged !== undefined || owner === undefined) return judged?.revision;
    return this.#requestRevision(owner, AbortSignal.any([signal, this.#renamed.signal]));
  }

  /** Later than the limit the answer might be that of a later commit, so unknown is the truth then. */
  async #requestRevision(
    owner: Parameters<typeof fluxRevision>[0],
    signal: AbortSignal,
  ): Promise<string | undefined> {
    const { clock, transport } = this.#options;
    const endMs = clock.monotonicMs() + REVISION_LIMIT_MS;
    for (;;) {
      try {
        return await fluxRevision(owner, transport, signal);
      } catch (error) {
        if (!(error instanceof PortError)) throw error;
        if (signal.aborted || clock.monotonicMs() >= endMs) return undefined;
        await clock.sleep(REVISION_RETRY_MS, signal);
      }
    }
  }

  #name(): string {
    return `NodeFleet ${this.#ref.namespace}/${this.#ref.name}`;
  }
}

/** What the status says of this very text in this very generation: nothing was committed since. */
function judgedBefore(
  { generation, configMap, status }: NodeFleet,
  text: string,
): { readonly revision?: string } | undefined {
  if (status.observedGeneration !== generation) return undefined;
  const { accepted, rejected } = status.policy ?? {};
  if (rejected?.configMap === configMap) return rejected;
  return accepted?.configMap === configMap && accepted.text === text ? accepted : undefined;
}

function isSame(a: PolicyDocument, b: PolicyDocument | undefined): boolean {
  return b !== undefined && a.text === b.text && isDeepStrictEqual(a.reference, b.reference);
}
