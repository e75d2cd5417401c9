import type { AutoscalerProcess, LogLine } from '../harness/autoscaler-process.ts';
import { kustomization, repository, requestReconcile } from '../harness/flux-state.ts';
import type { GitOpsWorld } from '../harness/gitops-world.ts';
import { CLUSTER } from '../harness/gitops-world.ts';
import type { KubeObject } from '../harness/kube-client.ts';
import { measured } from '../harness/measurements.ts';
import { eventually } from '../harness/poll.ts';

const POLICY = `clusters/${CLUSTER}/policy.yaml`;
const NODE_FLEET = `/apis/smartscale.dev/v1/namespaces/smartscale/nodefleets/${CLUSTER}`;
/** From a push that Flux is told of to the first decision by it. */
const PUSH_TO_DECISION_SECONDS = 3;

/** What the scenarios of one cluster that lives from Git share; they build on each other in their order. */
export class Stage {
  readonly world: GitOpsWorld;
  #autoscaler: AutoscalerProcess | undefined;

  constructor(world: GitOpsWorld) {
    this.world = world;
  }

  /** Starts it, in place of the one before. */
  async startAutoscaler(): Promise<void> {
    await this.#autoscaler?.stop();
    this.#autoscaler = await this.world.startAutoscaler();
  }

  log(): readonly LogLine[] {
    return this.#autoscaler?.log() ?? [];
  }

  decisions(): readonly LogLine[] {
    return this.log().filter((line) => line['msg'] === 'decision');
  }

  /** The next decision from now on. */
  async nextDecision(): Promise<LogLine> {
    const seen = this.decisions().length;
    return eventually('a further decision', () => this.decisions()[seen], { everyMs: 20 });
  }

  /** The first decision by a revision, once it is there. */
  async decisionBy(revision: string, deadlineMs = 60_000): Promise<LogLine> {
    const find = () => this.decisions().find((line) => line['revision'] === revision);
    return eventually(`a decision by ${revision}`, find, { everyMs: 20, deadlineMs });
  }

  editPolicy(from: string, to: string): void {
    this.world.fleet.edit(POLICY, from, to);
  }

  /** Pushes and has Flux look at once. */
  async pushed(push: () => Promise<string>): Promise<string> {
    const revision = await push();
    await requestReconcile(this.world.kube);
    return revision;
  }

  /** Pushes, has Flux look at once, and returns the first decision by it; the time is measured as `scenario`, its stages on request. */
  async decided(
    scenario: string,
    push: () => Promise<string>,
    options: { readonly withStages?: boolean } = {},
  ): Promise<LogLine> {
    const from = performance.now();
    const revision = await this.pushed(push);
    const stages = options.withStages === true ? this.#measureStages(scenario, revision, from) : undefined;
    const decision = await this.decisionBy(revision);
    const seconds = (performance.now() - from) / 1000;
    measured({ scenario, what: 'push → decision', seconds, goalSeconds: PUSH_TO_DECISION_SECONDS });
    await stages;
    return decision;
  }

  /** How far a commit has come, each stage measured from `fromMs` (of `performance.now()`) as soon as it is seen. */
  async #measureStages(scenario: string, revision: string, fromMs: number): Promise<void> {
    const { kube } = this.world;
    measured({ scenario, what: 'commit and push themselves', seconds: (performance.now() - fromMs) / 1000 });
    const stages: Readonly<Record<string, () => Promise<boolean>>> = {
      fetched: async () => (await repository(kube))['status'].artifact.revision === revision,
      'reaches the layer': async () =>
        (await kustomization(kube, 'policy'))['status'].lastAttemptedRevision === revision,
      accepted: async () => (await this.nodeFleet())['status'].policy.accepted.revision === revision,
    };
    for (const [what, isThere] of Object.entries(stages)) {
      await eventually(what, isThere, { everyMs: 10 });
      measured({ scenario, what: `push → ${what}`, seconds: (performance.now() - fromMs) / 1000 });
    }
  }

  async nodeFleet(): Promise<KubeObject> {
    return this.world.kube.get(NODE_FLEET);
  }
}
