/*
 * EC2 instance types with their list prices: Linux, shared tenancy, without tax, USD per hour.
 *
 * Sources: ec2instances.info of 2025-05-28 (data/instances.json in the Go module github.com/cristim/ec2-instances-info,
 * MIT data licence) for sizes, on-demand prices and the spot snapshot of ap-southeast-1. On-demand prices were checked
 * again: us-east-1 equals Karpenter's table of 2026-07-20 in every row; in ap-southeast-1 t3.small, t3.large and
 * t3.xlarge equal the AWS Pricing API of 2026-08-12. CPU credit figures: EC2 user guide, "burstable performance
 * instances". Spot prices move: the snapshot is for estimates and simulation, the adapter asks EC2.
 */

/** Regions with on-demand prices, in the order of a row's `onDemand`. */
export const PRICED_REGIONS = ['ap-southeast-1', 'us-east-1'] as const;

/** The one region of the spot snapshot. */
export const SPOT_SNAPSHOT_REGION = 'ap-southeast-1';

/** One instance type of the table. */
export interface PriceRow {
  readonly name: string;
  readonly arch: 'amd64' | 'arm64';
  readonly vcpus: number;
  readonly memoryMiB: number;
  /** USD per hour in each of `PRICED_REGIONS`. */
  readonly onDemand: readonly [number, number];
  /** USD per hour in the region's three zones, cheapest first; the source does not name the zones. */
  readonly spotByZone: readonly [number, number, number];
  /** Mean of the 30 days before the snapshot, USD per hour. */
  readonly spotMean: number;
  /** CPU credits of burstable types: credits earned an hour, their cap, and what a vCPU-hour beyond them costs. */
  readonly credits?: { readonly perHour: number; readonly most: number; readonly surplusUsd: number };
}

// One row a line.
// oxfmt-ignore
export const PRICE_TABLE: readonly PriceRow[] = [
  { name: 't3.micro', arch: 'amd64', vcpus: 2, memoryMiB: 1024, onDemand: [0.0132, 0.0104], spotByZone: [0.0032, 0.005, 0.0051], spotMean: 0.004092, credits: { perHour: 12, most: 288, surplusUsd: 0.05 } },
  { name: 't3.small', arch: 'amd64', vcpus: 2, memoryMiB: 2048, onDemand: [0.0264, 0.0208], spotByZone: [0.0107, 0.011, 0.0111], spotMean: 0.01056, credits: { perHour: 24, most: 576, surplusUsd: 0.05 } },
  { name: 't3.medium', arch: 'amd64', vcpus: 2, memoryMiB: 4096, onDemand: [0.0528, 0.0416], spotByZone: [0.0209, 0.0217, 0.0248], spotMean: 0.022704, credits: { perHour: 24, most: 576, surplusUsd: 0.05 } },
  { name: 't3.large', arch: 'amd64', vcpus: 2, memoryMiB: 8192, onDemand: [0.1056, 0.0832], spotByZone: [0.0393, 0.0394, 0.0573], spotMean: 0.041184, credits: { perHour: 36, most: 864, surplusUsd: 0.05 } },
  { name: 't3.xlarge', arch: 'amd64', vcpus: 4, memoryMiB: 16384, onDemand: [0.2112, 0.1664], spotByZone: [0.0777, 0.0814, 0.1043], spotMean: 0.088704, credits: { perHour: 96, most: 2304, surplusUsd: 0.05 } },
  { name: 't3.2xlarge', arch: 'amd64', vcpus: 8, memoryMiB: 32768, onDemand: [0.4224, 0.3328], spotByZone: [0.155, 0.1559, 0.1562], spotMean: 0.12672, credits: { perHour: 192, most: 4608, surplusUsd: 0.05 } },
  { name: 't3a.micro', arch: 'amd64', vcpus: 2, memoryMiB: 1024, onDemand: [0.0118, 0.0094], spotByZone: [0.0041, 0.0047, 0.0047], spotMean: 0.004248, credits: { perHour: 12, most: 288, surplusUsd: 0.05 } },
  { name: 't3a.small', arch: 'amd64', vcpus: 2, memoryMiB: 2048, onDemand: [0.0236, 0.0188], spotByZone: [0.0086, 0.0088, 0.0096], spotMean: 0.008968, credits: { perHour: 24, most: 576, surplusUsd: 0.05 } },
  { name: 't3a.medium', arch: 'amd64', vcpus: 2, memoryMiB: 4096, onDemand: [0.0472, 0.0376], spotByZone: [0.017, 0.0175, 0.0185], spotMean: 0.018408, credits: { perHour: 24, most: 576, surplusUsd: 0.05 } },
  { name: 't3a.large', arch: 'amd64', vcpus: 2, memoryMiB: 8192, onDemand: [0.0944, 0.0752], spotByZone: [0.0101, 0.0297, 0.0297], spotMean: 0.024544, credits: { perHour: 36, most: 864, surplusUsd: 0.05 } },
  { name: 't3a.xlarge', arch: 'amd64', vcpus: 4, memoryMiB: 16384, onDemand: [0.1888, 0.1504], spotByZone: [0.0683, 0.0757, 0.0765], spotMean: 0.073632, credits: { perHour: 96, most: 2304, surplusUsd: 0.05 } },
  { name: 't3a.2xlarge', arch: 'amd64', vcpus: 8, memoryMiB: 32768, onDemand: [0.3776, 0.3008], spotByZone: [0.1392, 0.1483, 0.1587], spotMean: 0.13216, credits: { perHour: 192, most: 4608, surplusUsd: 0.05 } },
  { name: 't4g.micro', arch: 'arm64', vcpus: 2, memoryMiB: 1024, onDemand: [0.0106, 0.0084], spotByZone: [0.0029, 0.0036, 0.0037], spotMean: 0.003498, credits: { perHour: 12, most: 288, surplusUsd: 0.04 } },
  { name: 't4g.small', arch: 'arm64', vcpus: 2, memoryMiB: 2048, onDemand: [0.0212, 0.0168], spotByZone: [0.0061, 0.0072, 0.0078], spotMean: 0.00636, credits: { perHour: 24, most: 576, surplusUsd: 0.04 } },
  { name: 't4g.medium', arch: 'arm64', vcpus: 2, memoryMiB: 4096, onDemand: [0.0424, 0.0336], spotByZone: [0.0145, 0.0169, 0.0215], spotMean: 0.01696, credits: { perHour: 24, most: 576, surplusUsd: 0.04 } },
  { name: 't4g.large', arch: 'arm64', vcpus: 2, memoryMiB: 8192, onDemand: [0.0848, 0.0672], spotByZone: [0.0102, 0.0318, 0.0367], spotMean: 0.026288, credits: { perHour: 36, most: 864, surplusUsd: 0.04 } },
  { name: 't4g.xlarge', arch: 'arm64', vcpus: 4, memoryMiB: 16384, onDemand: [0.1696, 0.1344], spotByZone: [0.0878, 0.0894, 0.0895], spotMean: 0.088192, credits: { perHour: 96, most: 2304, surplusUsd: 0.04 } },
  { name: 'm5.large', arch: 'amd64', vcpus: 2, memoryMiB: 8192, onDemand: [0.12, 0.096], spotByZone: [0.0301, 0.0493, 0.0571], spotMean: 0.0372 },
  { name: 'm5.xlarge', arch: 'amd64', vcpus: 4, memoryMiB: 16384, onDemand: [0.24, 0.192], spotByZone: [0.0254, 0.0895, 0.0969], spotMean: 0.0672 },
  { name: 'm5a.large', arch: 'amd64', vcpus: 2, memoryMiB: 8192, onDemand: [0.108, 0.086], spotByZone: [0.0456, 0.0536, 0.0537], spotMean: 0.054 },
  { name: 'm6i.large', arch: 'amd64', vcpus: 2, memoryMiB: 8192, onDemand: [0.12, 0.096], spotByZone: [0.0445, 0.0473, 0.0564], spotMean: 0.0444 },
  { name: 'm6a.large', arch: 'amd64', vcpus: 2, memoryMiB: 8192, onDemand: [0.108, 0.0864], spotByZone: [0.0485, 0.0493, 0.0527], spotMean: 0.04428 },
  { name: 'm6g.large', arch: 'arm64', vcpus: 2, memoryMiB: 8192, onDemand: [0.096, 0.077], spotByZone: [0.0105, 0.0367, 0.0437], spotMean: 0.02976 },
  { name: 'm7i.large', arch: 'amd64', vcpus: 2, memoryMiB: 8192, onDemand: [0.126, 0.1008], spotByZone: [0.0496, 0.0522, 0.0555], spotMean: 0.04284 },
  { name: 'm7i-flex.large', arch: 'amd64', vcpus: 2, memoryMiB: 8192, onDemand: [0.1197, 0.09576], spotByZone: [0.0366, 0.0389, 0.0497], spotMean: 0.041895 },
  { name: 'm7i-flex.xlarge', arch: 'amd64', vcpus: 4, memoryMiB: 16384, onDemand: [0.2394, 0.19152], spotByZone: [0.0824, 0.0854, 0.0998], spotMean: 0.093366 },
  { name: 'm7g.large', arch: 'arm64', vcpus: 2, memoryMiB: 8192, onDemand: [0.102, 0.0816], spotByZone: [0.0153, 0.0366, 0.0396], spotMean: 0.02958 },
  { name: 'm6i.xlarge', arch: 'amd64', vcpus: 4, memoryMiB: 16384, onDemand: [0.24, 0.192], spotByZone: [0.0708, 0.1007, 0.111], spotMean: 0.1032 },
  { name: 'c5.large', arch: 'amd64', vcpus: 2, memoryMiB: 4096, onDemand: [0.098, 0.085], spotByZone: [0.0374, 0.0418, 0.0455], spotMean: 0.04312 },
  { name: 'c5.xlarge', arch: 'amd64', vcpus: 4, memoryMiB: 8192, onDemand: [0.196, 0.17], spotByZone: [0.0817, 0.0894, 0.1024], spotMean: 0.098 },
  { name: 'c5a.large', arch: 'amd64', vcpus: 2, memoryMiB: 4096, onDemand: [0.088, 0.077], spotByZone: [0.0436, 0.046, 0.0479], spotMean: 0.04312 },
  { name: 'c6i.large', arch: 'amd64', vcpus: 2, memoryMiB: 4096, onDemand: [0.098, 0.085], spotByZone: [0.0391, 0.0433, 0.0495], spotMean: 0.0441 },
  { name: 'c6a.large', arch: 'amd64', vcpus: 2, memoryMiB: 4096, onDemand: [0.0882, 0.0765], spotByZone: [0.0354, 0.0398, 0.0435], spotMean: 0.038808 },
  { name: 'c6g.large', arch: 'arm64', vcpus: 2, memoryMiB: 4096, onDemand: [0.0784, 0.068], spotByZone: [0.0345, 0.0393, 0.04], spotMean: 0.038416 },
  { name: 'c7i.large', arch: 'amd64', vcpus: 2, memoryMiB: 4096, onDemand: [0.1029, 0.08925], spotByZone: [0.0373, 0.0443, 0.0445], spotMean: 0.04116 },
  { name: 'c7i-flex.large', arch: 'amd64', vcpus: 2, memoryMiB: 4096, onDemand: [0.09778, 0.08479], spotByZone: [0.035, 0.0369, 0.0382], spotMean: 0.035201 },
  { name: 'c7g.large', arch: 'arm64', vcpus: 2, memoryMiB: 4096, onDemand: [0.0833, 0.0725], spotByZone: [0.0322, 0.0398, 0.0515], spotMean: 0.044982 },
  { name: 'c6i.xlarge', arch: 'amd64', vcpus: 4, memoryMiB: 8192, onDemand: [0.196, 0.17], spotByZone: [0.0812, 0.085, 0.0931], spotMean: 0.09604 },
  { name: 'r5.large', arch: 'amd64', vcpus: 2, memoryMiB: 16384, onDemand: [0.152, 0.126], spotByZone: [0.05, 0.0545, 0.056], spotMean: 0.05928 },
  { name: 'r5a.large', arch: 'amd64', vcpus: 2, memoryMiB: 16384, onDemand: [0.136, 0.113], spotByZone: [0.0541, 0.0575, 0.0607], spotMean: 0.05848 },
  { name: 'r6i.large', arch: 'amd64', vcpus: 2, memoryMiB: 16384, onDemand: [0.152, 0.126], spotByZone: [0.0471, 0.048, 0.0521], spotMean: 0.0532 },
  { name: 'r6g.large', arch: 'arm64', vcpus: 2, memoryMiB: 16384, onDemand: [0.1216, 0.1008], spotByZone: [0.013, 0.0562, 0.0631], spotMean: 0.043776 },
  { name: 'r7i.large', arch: 'amd64', vcpus: 2, memoryMiB: 16384, onDemand: [0.1596, 0.1323], spotByZone: [0.0265, 0.0304, 0.0491], spotMean: 0.030324 },
];
