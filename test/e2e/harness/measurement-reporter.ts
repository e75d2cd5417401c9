import { formatMeasurement, readMeasurements } from './measurements.ts';

/** jest's reporter of this tier: after the last test, one table of all that was measured. */
class MeasurementReporter {
  onRunComplete(): void {
    const lines = readMeasurements().map(formatMeasurement);
    if (lines.length > 0) process.stderr.write(`\nMeasured:\n${lines.join('\n')}\n`);
  }
}

export default MeasurementReporter;
