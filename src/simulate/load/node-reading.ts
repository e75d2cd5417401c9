/** What one node reported at one scrape. */
export interface NodeReading {
  readonly cpuPercent: number;
  readonly memoryPercent: number;
  readonly networkBytesPerSecond: number;
}
