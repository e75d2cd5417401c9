import { FAULT_KINDS } from '../../simulate/faults/fault-kinds.ts';

/** Every kind of fault that a simulated world can have. */
export const FAULT_NAMES: readonly string[] = FAULT_KINDS.map(({ name }) => name);
