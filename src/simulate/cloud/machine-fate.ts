/** What may become of a machine that does not come up as others do. */
export const MACHINE_FATES = ['never-joins', 'never-ready', 'late', 'dies'] as const;

export type MachineFate = (typeof MACHINE_FATES)[number];
