import { z } from 'zod';

/** A time in seconds and a number as text, as Prometheus writes both. */
const point = z.tuple([z.number(), z.string()]);
const labels = z.record(z.string(), z.string());

const success = z.object({
  status: z.literal('success'),
  data: z.discriminatedUnion('resultType', [
    z.object({
      resultType: z.literal('matrix'),
      result: z.array(z.object({ metric: labels, values: z.array(point) })),
    }),
    z.object({
      resultType: z.literal('vector'),
      result: z.array(z.object({ metric: labels, value: point })),
    }),
  ]),
});
const failure = z.object({ status: z.literal('error'), errorType: z.string(), error: z.string() });
const answer = z.discriminatedUnion('status', [success, failure]);

/** One series of an answer; an instant answer is a series of one point. */
export interface Series {
  readonly labels: Readonly<Record<string, string>>;
  readonly points: readonly { readonly atMs: number; readonly value: number }[];
}

/** What a query gave: its series, or in words why there are none. */
export type QueryAnswer =
  | { readonly status: 'known'; readonly series: readonly Series[] }
  | { readonly status: 'unknown'; readonly why: string };

/** Reads the body of an answer; numbers that are none (`NaN`, `+Inf`, words) are left out of their series (F3). */
export function readAnswer(body: unknown): QueryAnswer {
  const parsed = answer.safeParse(body);
  if (!parsed.success) return { status: 'unknown', why: 'Prometheus gave an answer that is none of its API' };
  if (parsed.data.status === 'error') {
    return {
      status: 'unknown',
      why: `Prometheus refused the query: ${parsed.data.errorType}: ${parsed.data.error}`,
    };
  }
  const { data } = parsed.data;
  const series =
    data.resultType === 'matrix'
      ? data.result.map(({ metric, values }) => ({ labels: metric, points: values.flatMap(pointOf) }))
      : data.result.map(({ metric, value }) => ({ labels: metric, points: pointOf(value) }));
  return { status: 'known', series };
}

function pointOf([seconds, text]: z.output<typeof point>): Series['points'] {
  const value = text.trim() === '' ? Number.NaN : Number(text);
  return Number.isFinite(value) ? [{ atMs: Math.round(seconds * 1_000), value }] : [];
}
