const clock = new Intl.DateTimeFormat('en-GB', {
  day: '2-digit',
  month: 'short',
  hour: '2-digit',
  minute: '2-digit',
  second: '2-digit',
  timeZone: 'UTC',
  hourCycle: 'h23',
});
const short = new Intl.DateTimeFormat('en-GB', {
  hour: '2-digit',
  minute: '2-digit',
  second: '2-digit',
  timeZone: 'UTC',
  hourCycle: 'h23',
});

export function clockText(ms) {
  return `${clock.format(ms)} UTC`;
}

export function timeText(ms) {
  return short.format(ms);
}

/** US dollars. */
export function moneyText(usd, digits) {
  return `$${usd.toFixed(digits)}`;
}

/**
 * What the fleet costs an hour, from the sum of the known prices (`null`: nobody knows) and how many workers have none: where
 * some have none the sum is the least that it may be.
 */
export function costText(usdPerHour, unpriced) {
  const note = unpriced === 0 ? '' : `${unpriced} worker${unpriced === 1 ? '' : 's'} without a price`;
  if (usdPerHour === null || (usdPerHour === 0 && unpriced > 0)) return { value: 'unknown', note };
  return { value: `${unpriced === 0 ? '' : '≥ '}${moneyText(usdPerHour, 4)}`, note };
}

/** How long something lasts, in the two largest units: `2 h 05 min`. */
export function ageText(ms) {
  const minutes = Math.max(0, Math.floor(ms / 60_000));
  if (minutes < 1) return `${Math.max(0, Math.floor(ms / 1000))} s`;
  if (minutes < 60) return `${minutes} min`;
  if (minutes < 1440) return `${Math.floor(minutes / 60)} h ${String(minutes % 60).padStart(2, '0')} min`;
  return `${Math.floor(minutes / 1440)} d ${Math.floor((minutes % 1440) / 60)} h`;
}
