/** If more than this share vanishes at once, it is the answer that is wrong (F43). */
const PLAUSIBLE_SHARE = 0.5;

/** Whether the number of instances missing from one answer of EC2 makes the answer implausible (F43). */
export function isImplausibleLoss(missing: number, of: number): boolean {
  return missing > 1 && missing > of * PLAUSIBLE_SHARE;
}
