/* How long the simulated EC2 takes, in milliseconds. */

/** What EC2 takes to answer a launch, a terminate or stop, and a start. */
export const LAUNCH_CALL_MS = { least: 900, most: 2_200 } as const;
export const TERMINATE_CALL_MS = 300;
export const START_CALL_MS = 600;
/** From launch to `running`, and from `shutting-down` to `terminated`. */
export const PENDING_MS = { least: 6_000, most: 14_000 } as const;
export const SHUTTING_DOWN_MS = { least: 15_000, most: 45_000 } as const;
/** From `stopping` to `stopped`, and from the start of a stopped instance to `running` (facts: boot time 58). */
export const STOPPING_MS = { least: 10_000, most: 30_000 } as const;
export const STARTING_MS = { least: 4_000, most: 8_000 } as const;
/** How long EC2 knows a client token again. */
export const TOKEN_LASTS_MS = 48 * 3_600_000;
/** How long EC2 shows what is terminated. */
export const SHOWN_MS = 3_600_000;
/** How often the price of a running spot instance follows the market. */
export const REPRICE_MS = 3_600_000;
