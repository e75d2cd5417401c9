/** If more than this share vanishes at once, it is the answer that is wrong (F43). */
const BELIEVABLE_SHARE = 0.5;

/** Whether so many machines that are missing in one answer of EC2 cast doubt on the answer rather than on the machines (F43). */
export function areTooManyMissing(missing: number, of: number): boolean {
  return missing > 1 && missing > of * BELIEVABLE_SHARE;
}
