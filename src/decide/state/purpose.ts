/**
 * What nodes would go for: the load is low; the maximum was lowered below what exists (R55); others that are ready replace them;
 * or others shall be bought that replace them.
 */
export type Purpose = 'low-load' | 'over-max' | 'replaced' | 'replacement';
