import type { Chart } from 'cdk8s';
import type { Construct } from 'constructs';
import type { ClusterSettings } from './clusters.ts';

/** A chart of one cluster. */
export type ClusterChart = new (scope: Construct, id: string, settings: ClusterSettings) => Chart;

/** One generated file of objects. */
export interface ChartFile {
  /** The file that a reader edits, as generated files name it. */
  readonly source: `charts/${string}.ts`;
  readonly chart: ClusterChart;
}

/** File name without `.yaml` → what makes it. */
export type ChartFiles = Readonly<Record<string, ChartFile>>;

/** One generated file that holds no objects of the cluster, such as a kustomization.yaml. */
export interface PlainFile {
  readonly source: `charts/${string}.ts`;
  readonly content: unknown;
}
