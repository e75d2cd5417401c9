import { buildTools } from './build-tools.ts';
import { forgetMeasurements } from './measurements.ts';

/** Before the first test: whatever is missing is built, and the last run's measurements go. */
export default function setUp(): void {
  forgetMeasurements();
  buildTools();
}
