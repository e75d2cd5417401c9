import { Notices } from '../events/notices.ts';
import type { PolicyDocument, RememberedPolicy } from '../model/policy-document.ts';
import type { PolicyIdentity } from '../model/policy-identity.ts';
import { NO_POLICY, POLICY_MISSING, type Reason } from '../model/reason.ts';
import type { PolicyInForce } from '../policy/policy-in-force.ts';
import type { Policy } from '../policy/policy-schema.ts';
import { PolicyWatch } from '../policy/policy-watch.ts';
import type { Clock, PolicySource, Reporter, UtilizationThreshold } from '../ports.ts';

export interface PolicyFollowerPorts {
  readonly policySource: PolicySource;
  readonly reporter: Reporter;
  readonly clock: Clock;
}

/** Follows the policy source for the loop and reports each change once. */
export class PolicyFollower {
  readonly #ports: PolicyFollowerPorts;
  readonly #watch = new PolicyWatch<PolicyDocument>();
  readonly #notices: Notices;
  #hasPolled = false;

  constructor(ports: PolicyFollowerPorts) {
    this.#ports = ports;
    this.#notices = new Notices(ports, () => this.inForce?.identity);
  }

  /** The policy to obey; `undefined` while there is none, and then nothing may be decided. */
  get inForce(): PolicyInForce | undefined {
    return this.#watch.inForce;
  }

  /** Looks once; the source must have been asked (`synced`) before the first look. */
  follow(): void {
    const { policySource } = this.#ports;
    const former = this.#hasPolled ? undefined : this.#restore();
    this.#hasPolled = true;
    const change = this.#watch.poll(policySource.current());
    if (former !== undefined && change.kind !== 'accepted') this.#accept(former.document, former.inForce);
    const atMs = this.#ports.clock.now();
    switch (change.kind) {
      case 'nothing':
        return;
      case 'accepted':
        return this.#accept(change.document, change.inForce);
      case 'restated': {
        const { document, inForce } = change;
        return this.#ports.reporter.report({
          kind: 'policy-restated',
          document,
          identity: inForce.identity,
          atMs,
        });
      }
      case 'rejected': {
        const { document, faults } = change;
        const inForce = this.inForce?.identity;
        return this.#ports.reporter.report({ kind: 'policy-rejected', document, faults, inForce, atMs });
      }
      case 'vanished':
        return this.#notices.warn(missingReason(policySource.whyNone(), this.inForce?.identity));
    }
  }

  /** What was in force before a restart is so again until the source shows a good policy. */
  #restore(): { readonly document: PolicyDocument; readonly inForce: PolicyInForce } | undefined {
    const remembered = this.#ports.policySource.lastGood();
    if (remembered === undefined) return undefined;
    const inForce = this.#watch.restore(remembered);
    if (inForce === undefined) {
      this.#notices.warn(unreadable(remembered));
      return undefined;
    }
    if (inForce.identity.digest !== remembered.identity.digest)
      this.#notices.warn(reparsedReason(remembered, inForce));
    const { text, origin, identity } = remembered;
    return { document: { text, origin, revision: identity.revision }, inForce };
  }

  #accept(document: PolicyDocument, { policy, identity }: PolicyInForce): void {
    const bounds = { minNodes: policy.nodes.min, maxNodes: policy.nodes.max };
    const atMs = this.#ports.clock.now();
    const thresholds = policy.utilization.enabled ? { thresholds: thresholdsOf(policy) } : {};
    const common = {
      kind: 'policy-accepted',
      document,
      identity,
      bounds,
      isSuspended: policy.suspend,
    } as const;
    this.#ports.reporter.report({ ...common, ...thresholds, atMs });
  }
}

function thresholdsOf({ utilization }: Policy): readonly UtilizationThreshold[] {
  return (['cpu', 'memory'] as const).flatMap((resource): readonly UtilizationThreshold[] => [
    { resource, direction: 'grow', percent: utilization[resource].upPercent },
    { resource, direction: 'shrink', percent: utilization[resource].downPercent },
  ]);
}

function missingReason(why: string, inForce: PolicyIdentity | undefined): Reason {
  return inForce === undefined
    ? { code: NO_POLICY, text: `${why}: nothing is decided until a policy is committed.` }
    : { code: POLICY_MISSING, text: `${why}: the last good policy stays in force. Commit it again.` };
}

function unreadable({ origin, identity }: RememberedPolicy): Reason {
  const text = `The last good policy (${identity.digest}, from ${origin}) breaks a rule of this version: it is not restored. Commit one that this version accepts, or go back to the version before.`;
  return { code: 'last-good-policy-unreadable', text };
}

function reparsedReason({ origin, identity }: RememberedPolicy, inForce: PolicyInForce): Reason {
  const text = `The last good policy (${identity.digest}, from ${origin}) reads as ${inForce.identity.digest} in this version, whose defaults differ: compare them, and commit what you want written out.`;
  return { code: 'last-good-policy-reads-anew', text };
}
