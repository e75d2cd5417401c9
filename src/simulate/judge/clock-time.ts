const MS_PER_SECOND = 1_000;
const SECONDS_PER_MINUTE = 60;

/** Virtual time since a world began as `hh:mm:ss`; a second day begins at 24:00:00. */
export function clockTime(ms: number): string {
  const seconds = Math.floor(ms / MS_PER_SECOND);
  const minutes = Math.floor(seconds / SECONDS_PER_MINUTE);
  const parts = [Math.floor(minutes / 60), minutes % 60, seconds % SECONDS_PER_MINUTE];
  return parts.map((part) => String(part).padStart(2, '0')).join(':');
}
