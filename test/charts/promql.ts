import { parser } from '@prometheus-io/lezer-promql';

/** What PromQL asks for, read by Prometheus's own grammar. Throws with the place where a query does not parse. */
export function metricsOf(query: string): readonly string[] {
  const names = new Set<string>();
  parser.parse(query).iterate({
    enter: (node) => {
      if (node.type.isError)
        throw new Error(`no PromQL at "${query.slice(node.from, node.from + 30)}": ${query}`);
      if (node.name === 'Identifier' && node.node.parent?.name === 'VectorSelector') {
        names.add(query.slice(node.from, node.to));
      }
    },
  });
  return [...names].sort();
}
