import type { OperationRunner } from '../act/operation-runner.ts';
import type { Operation } from '../model/operation.ts';
import type { Snapshot } from '../model/snapshot.ts';
import type { InterruptionInbox } from '../observe/interruption-inbox.ts';
import { PortError } from '../ports.ts';

export interface LeaderTermParts {
  readonly runner: OperationRunner;
  readonly inbox: InterruptionInbox | undefined;
}

/** What a replica knows since it leads. A new term is a new object, so nothing of a former one is taken for granted. */
export class LeaderTerm {
  readonly #parts: LeaderTermParts;
  #hasSeenFleet = false;
  #hasTakenUp = false;

  constructor(parts: LeaderTermParts) {
    this.#parts = parts;
  }

  /** Whether what the ledger holds unfinished was taken up. */
  get hasTakenUp(): boolean {
    return this.#hasTakenUp;
  }

  /** What the ledger holds unfinished goes on here: after a restart, or when another replica led before. */
  takeUp(operations: readonly Operation[]): void {
    this.#parts.runner.track(operations);
    this.#hasTakenUp = true;
  }

  /** An intent from before this replica led is in the first list, an own one is known. */
  untrackedIn(operations: readonly Operation[]): readonly Operation[] {
    if (!this.#hasTakenUp) return [];
    return this.#parts.runner.untracked(operations).filter(({ step }) => step === 'intended');
  }

  /**
   * Machines that boot are known from the ledger or from EC2. A successor may have an empty ledger, so before EC2's first
   * list it would buy them again (F22). Throws a transient `PortError` until that list has come once.
   */
  requireFleetSeen({ instances }: Snapshot): void {
    if (instances.status === 'known') this.#hasSeenFleet = true;
    if (this.#hasSeenFleet || instances.status === 'known') return;
    throw new PortError(`EC2 has not listed the fleet yet: ${instances.why}`, {
      retry: 'transient',
      code: 'fleet-unseen',
    });
  }

  /** The lease is gone: another replica may go on with everything, and hears of every announcement. */
  end(): void {
    this.#parts.runner.reset();
    this.#parts.inbox?.reset();
  }
}
