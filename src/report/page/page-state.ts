import { byKind, type EventOf } from '../../events/reporter.ts';
import type { Operation } from '../../model/operation.ts';
import type { PolicyDocument } from '../../model/policy-document.ts';
import { INSTANCE_GONE } from '../../model/reason.ts';
import type { Snapshot } from '../../model/snapshot.ts';
import type { ReportEvent, Reporter } from '../../ports.ts';
import { BoundedList } from './bounded-list.ts';
import { decisionRow, isSameDecision } from './decision-row.ts';
import { fleetView, NOTHING_DECIDED, plotPoint } from './fleet-view.ts';
import { LostInstances } from './lost-instances.ts';
import { NodeTable } from './node-table.ts';
import type {
  DecisionRow,
  MarkKind,
  PageHistory,
  PageView,
  PlotMark,
  PlotPoint,
  PolicyRow,
} from './page-view.ts';
import { PodTally } from './pod-tally.ts';

/** A day of half-minute points, and the last things of each kind: what a browser can hold and a person may scroll. */
const MAX_POINTS = 2_880;
const POINT_EVERY_MS = 30_000;
const MAX_MARKS = 500;
const MAX_DECISIONS = 60;
const MAX_POLICIES = 20;
const MAX_NOTICES = 30;
/** After this many decisions without a look the pods of the last look are let go: they may be those of long ago. */
const MAX_ROUNDS_UNSEEN = 100;

type Decision = EventOf<'decision'>;

/** What a listener learns: the present again, and what the plot gained. */
export interface PageChange {
  readonly points: readonly PlotPoint[];
  readonly marks: readonly PlotMark[];
}

/** A reporter that keeps what the status page shows, bounded in size whatever the uptime. */
export class PageState implements Reporter {
  readonly #clusterName: string;
  readonly #points = new BoundedList<PlotPoint>(MAX_POINTS);
  readonly #marks = new BoundedList<PlotMark>(MAX_MARKS);
  readonly #decisions = new BoundedList<DecisionRow>(MAX_DECISIONS);
  readonly #policies = new BoundedList<PolicyRow>(MAX_POLICIES);
  readonly #notices = new BoundedList<PageView['notices'][number]>(MAX_NOTICES);
  readonly #lost = new LostInstances();
  readonly #pods = new PodTally();
  readonly #nodes = new NodeTable();
  /** What was drawn last, while it holds. */
  #view: PageView | undefined;
  readonly #listeners = new Set<(change: PageChange) => void>();
  #decision: Decision | undefined;
  #bounds: { readonly minNodes: number; readonly maxNodes: number } | undefined;
  #nowMs = 0;
  #roundsUnseen = 0;
  #freshMarks: PlotMark[] = [];
  readonly #take = byKind<PlotPoint | undefined>(
    {
      decision: (event) => this.#takeDecision(event),
      operation: ({ operation, atMs }) => this.#takeOperation(operation, atMs),
      'policy-accepted': (event) => this.#takePolicy(event),
      'policy-rejected': (event) => this.#takeRejection(event),
      notice: ({ atMs, reason }, { severity }) => {
        this.#notices.add({ atMs, severity, text: reason.text });
        return undefined;
      },
    },
    undefined,
  );

  constructor(clusterName: string) {
    this.#clusterName = clusterName;
  }

  /** Calls back after each change; returns how to stop. */
  onChange(listener: (change: PageChange) => void): () => void {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  }

  report(event: ReportEvent): void {
    this.#view = undefined;
    const point = this.#take(event);
    this.#notify(point === undefined ? [] : [point]);
  }

  /** Marks something that people did to the world: a fault from the demo's controls. */
  markFault(atMs: number, text: string): void {
    this.#mark(atMs, 'fault', text);
    this.#notify([]);
  }

  /** Tells listeners that something beside the events changed: the demo's speed or pause. */
  touch(): void {
    this.#notify([]);
  }

  history(): PageHistory {
    const max = { points: MAX_POINTS, marks: MAX_MARKS };
    return { points: this.#points.items, marks: this.#marks.items, most: max };
  }

  /** The present. Rows that did not change since it was asked last are the same objects. */
  view(): PageView {
    this.#view ??= this.#draw();
    return this.#view;
  }

  #draw(): PageView {
    const decision = this.#decision;
    this.#roundsUnseen = 0;
    this.#pods.follow(decision?.snapshot.pods ?? []);
    return {
      clusterName: this.#clusterName,
      nowMs: this.#nowMs,
      minNodes: this.#bounds?.minNodes ?? null,
      maxNodes: this.#bounds?.maxNodes ?? null,
      ...(decision === undefined ? NOTHING_DECIDED : fleetView(decision.snapshot, decision.plan, this.#pods)),
      nodes: decision === undefined ? [] : this.#nodes.after(decision, this.#pods.loads),
      decisions: this.#decisions.items.toReversed(),
      policies: this.#policies.items.toReversed(),
      notices: this.#notices.items.toReversed(),
    };
  }

  #notify(points: readonly PlotPoint[]): void {
    const marks = this.#freshMarks;
    this.#freshMarks = [];
    for (const listener of this.#listeners) listener({ points, marks });
  }

  #takeDecision(event: Decision): PlotPoint | undefined {
    this.#decision = event;
    this.#roundsUnseen += 1;
    if (this.#roundsUnseen === MAX_ROUNDS_UNSEEN) this.#pods.forget();
    this.#nowMs = event.plan.decidedAtMs;
    const row = decisionRow(event.plan);
    const last = this.#decisions.last();
    if (last !== undefined && event.plan.actions.length === 0 && isSameDecision(last, row)) {
      this.#decisions.replaceLast({ ...row, id: last.id, atMs: last.atMs, rounds: last.rounds + 1 });
    } else {
      this.#decisions.add(row);
    }
    for (const text of this.#lost.after(event.snapshot)) this.#mark(this.#nowMs, 'loss', text);
    return this.#addPoint(event.snapshot);
  }

  #addPoint(snapshot: Snapshot): PlotPoint | undefined {
    const last = this.#points.last();
    if (last !== undefined && this.#nowMs - last.atMs < POINT_EVERY_MS) return undefined;
    const point = plotPoint(snapshot, this.#nowMs);
    this.#points.add(point);
    return point;
  }

  #takeOperation(operation: Operation, atMs: number): undefined {
    if (operation.kind === 'launch' && operation.step === 'launched') {
      this.#mark(
        atMs,
        'launch',
        `launched ${operation.instanceId ?? ''} (${operation.offering ?? operation.offerings[0] ?? ''})`,
      );
    }
    if (operation.kind !== 'remove' || operation.step !== 'terminating') return;
    const loss = operation.reasons.find((reason) => reason.code === INSTANCE_GONE);
    if (loss === undefined) this.#mark(atMs, 'removal', `removed ${operation.nodeName}`);
    else this.#mark(atMs, 'loss', loss.text);
  }

  #takePolicy(event: EventOf<'policy-accepted'>): undefined {
    this.#policies.update((row) => (row.status === 'in force' ? { ...row, status: 'replaced' } : row));
    const { digest, revision = null } = event.identity;
    const row = { ...policyRow(event.document, event.atMs), digest, revision };
    this.#policies.add({ ...row, status: 'in force', faults: [] });
    this.#bounds = event.bounds;
    this.#mark(event.atMs, 'policy', `policy ${row.subject ?? digest.slice(7, 15)}`);
  }

  #takeRejection({ document, faults, atMs }: EventOf<'policy-rejected'>): undefined {
    this.#policies.add({ ...policyRow(document, atMs), status: 'rejected', digest: null, faults });
    this.#mark(atMs, 'policy-rejected', `policy refused: ${faults[0] ?? 'invalid'}`);
  }

  #mark(atMs: number, kind: MarkKind, text: string): void {
    const mark = { atMs, kind, text };
    this.#marks.add(mark);
    this.#freshMarks.push(mark);
  }
}

function policyRow(
  document: PolicyDocument,
  atMs: number,
): Pick<PolicyRow, 'atMs' | 'revision' | 'author' | 'subject'> {
  const { revision, commit } = document;
  return {
    atMs,
    revision: revision ?? null,
    author: commit?.author ?? null,
    subject: commit?.subject ?? null,
  };
}
