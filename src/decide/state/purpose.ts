/**
 * What nodes would go for: the load is low; their pods and the load fit the others, however high it is; the maximum was lowered below what exists (R55); others that are ready replace them;
 * or others shall be bought that replace them.
 */
export type Purpose = 'low-load' | 'unneeded' | 'over-max' | 'replaced' | 'replacement';
