import { NO_TABLE } from '../model.ts';
import type { NodeBin } from './node-bin.ts';

/** Where a pod would go. */
export class Choice {
  isNone = true;
  bin: NodeBin | undefined;
  topologyClass = 0;
  tableId = NO_TABLE;
  row = 0;
  addedUsd = Number.POSITIVE_INFINITY;
  score = Number.POSITIVE_INFINITY;

  /** No place yet, and none that is as dear as this. */
  clear(belowUsd = Number.POSITIVE_INFINITY): this {
    this.bin = undefined;
    this.tableId = NO_TABLE;
    this.isNone = true;
    this.addedUsd = belowUsd;
    this.score = belowUsd;
    return this;
  }

  copy(other: Choice): void {
    this.isNone = false;
    this.bin = other.bin;
    this.topologyClass = other.topologyClass;
    this.tableId = other.tableId;
    this.row = other.row;
    this.addedUsd = other.addedUsd;
    this.score = other.score;
  }
}

/** The node that the last pod was put on, and what it was before. */
export interface Step {
  readonly bin: NodeBin;
  readonly tableId: number;
  readonly row: number;
  readonly isNew: boolean;
}
