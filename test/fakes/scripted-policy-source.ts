import { HeldPolicySource } from '../../src/adapters/memory/held-policy-source.ts';
import type { PolicyDocument, RememberedPolicy } from '../../src/model/policy-document.ts';

/** A policy that is committed, or taken away, by calling `commit`. */
export class ScriptedPolicySource extends HeldPolicySource {
  /** What it remembers of an earlier life. */
  remembered: RememberedPolicy | undefined;

  constructor(text: string | undefined) {
    super();
    this.commit(text);
  }

  override lastGood(): RememberedPolicy | undefined {
    return this.remembered;
  }

  whyNone(): string {
    return 'Nobody has committed a policy';
  }

  commit(text: string | undefined, revision?: string): void {
    this.hold(documentOf(text, revision));
  }
}

function documentOf(text: string | undefined, revision: string | undefined): PolicyDocument | undefined {
  return text === undefined ? undefined : { text, origin: 'policy.yaml', revision };
}
