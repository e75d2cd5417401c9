import { CANCELLED, type Operation } from '../model/operation.ts';
import type { ReportEvent } from '../ports.ts';

/** `error`: a person must act; `warning`: something did not go as planned; `info`: all else. */
export type Severity = 'info' | 'warning' | 'error';

/** How grave an event is and whom it concerns: decided here alone, so that all channels agree. */
export interface Importance {
  readonly severity: Severity;
  /** `people`: worth telling by itself; `records`: kept by logs, metrics and pages only. */
  readonly audience: 'people' | 'records';
}

const RECORD: Importance = { severity: 'info', audience: 'records' };
const NEWS: Importance = { severity: 'info', audience: 'people' };
const WARNING: Importance = { severity: 'warning', audience: 'people' };
const ERROR: Importance = { severity: 'error', audience: 'people' };

/** The importance of an event. */
export function importanceOf(event: ReportEvent): Importance {
  switch (event.kind) {
    case 'decision':
    case 'policy-restated':
      return RECORD;
    case 'operation':
      return ofOperation(event.operation);
    case 'policy-accepted':
      return NEWS;
    case 'policy-rejected':
      return ERROR;
    case 'interruption-queue':
      return ofMessage(event);
    case 'notice':
      return event.severity === 'warning' ? WARNING : NEWS;
  }
}

/** A launch that the policy no longer allowed is no failure. */
function ofOperation({ step, outcome }: Operation): Importance {
  switch (step) {
    case 'launched':
    case 'ready':
    case 'pooled':
    case 'draining':
    case 'removed':
      return NEWS;
    case 'failed':
      return outcome?.code === CANCELLED ? NEWS : WARNING;
    case 'aborted':
      return WARNING;
    default:
      return RECORD;
  }
}

/** State changes follow from what is told elsewhere; what concerns other fleets is only counted; faults are notices, too. */
function ofMessage(event: Extract<ReportEvent, { kind: 'interruption-queue' }>): Importance {
  const { outcome, interruption } = event;
  const isNews =
    outcome === 'announced' && interruption !== undefined && interruption.kind !== 'state-change';
  return isNews ? WARNING : RECORD;
}
