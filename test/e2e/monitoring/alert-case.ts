/** Series by their selector, in promtool's notation: `1+0x40` is a 1 and forty more. */
export type Series = Readonly<Record<string, string>>;

/** One alert in a world where it must fire, and in worlds that differ from it by little and where it must not. */
export interface AlertCase {
  readonly alert: string;
  /** Between two samples and two evaluations. @default 15s */
  readonly every?: string;
  readonly fires: {
    readonly series: Series;
    readonly at: string;
    /** Labels beside the severity. */
    readonly labels?: Readonly<Record<string, string>>;
    /** What a person reads. */
    readonly summary: string;
  };
  readonly quiet: readonly { readonly why: string; readonly series: Series; readonly at: string }[];
}

/** One of two replicas leads. */
export const LEADS = { 'smartscale_leader{pod="a"}': '1+0x400', 'smartscale_leader{pod="b"}': '0+0x400' };

/** A gauge of the replica that leads; what the standby shows must not matter. */
export function ofLeader(selector: string, values: string, standby = '0+0x400'): Series {
  const [name = '', labels = ''] = selector.replace('}', '').split('{');
  const more = labels === '' ? '' : `,${labels}`;
  return { ...LEADS, [`${name}{pod="a"${more}}`]: values, [`${name}{pod="b"${more}}`]: standby };
}

/** A bucket of a histogram. */
export const bucket = (metric: string, le: string): string => `${metric}_bucket{pod="a",le="${le}"}`;
