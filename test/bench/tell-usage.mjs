import { writeSync } from 'node:fs';

/*
 * Preloaded with --import: when the process ends, it writes the CPU seconds of all its threads and its peak memory to the pipe 3.
 */
process.on('exit', () => {
  const { userCPUTime, systemCPUTime, maxRSS } = process.resourceUsage();
  writeSync(3, JSON.stringify({ cpuSeconds: (userCPUTime + systemCPUTime) / 1e6, peakMiB: maxRSS / 1024 }));
});
