/** A duration for people, in whole seconds or minutes: `45 s`, `12 min`. */
export function secondsText(ms: number): string {
  const seconds = Math.max(0, Math.ceil(ms / 1000));
  return seconds < 120 ? `${seconds} s` : `${Math.round(seconds / 60)} min`;
}

/** A count with its noun: `1 pod`, `3 pods`. */
export function countText(count: number, noun: string): string {
  return `${count} ${noun}${count === 1 ? '' : 's'}`;
}

/** A percentage with one decimal where it has one: `70 %`, `70.1 %`. */
export function percentText(percent: number): string {
  return `${Math.round(percent * 10) / 10} %`;
}
