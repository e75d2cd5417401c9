/** Factors of Kubernetes' quantity suffixes; an exponent (`1e3`, `1E3`) is read as part of the number. */
const FACTORS: Readonly<Record<string, number>> = {
  n: 1e-9,
  u: 1e-6,
  m: 1e-3,
  '': 1,
  k: 1e3,
  M: 1e6,
  G: 1e9,
  T: 1e12,
  P: 1e15,
  E: 1e18,
  Ki: 2 ** 10,
  Mi: 2 ** 20,
  Gi: 2 ** 30,
  Ti: 2 ** 40,
  Pi: 2 ** 50,
  Ei: 2 ** 60,
};
const QUANTITY = /^([+-]?(?:\d+\.?\d*|\.\d+)(?:[eE][+-]?\d+)?)([numkMGTPE]|[KMGTPE]i)?$/;
const MIB = 2 ** 20;

/** The value of a quantity such as `250m`, `1.5Gi` or `1e3`; throws `RangeError` for text that the API server refuses. */
export function parseQuantity(quantity: string | number): number {
  if (typeof quantity === 'number') return quantity;
  const match = QUANTITY.exec(quantity);
  const factor = FACTORS[match?.[2] ?? ''];
  if (match === null || factor === undefined) throw new RangeError(`"${quantity}" is not a quantity`);
  return Number(match[1]) * factor;
}

/** Millicores, rounded up as the scheduler does. */
export function cpuMillis(quantity: string | number): number {
  return roundUp(parseQuantity(quantity) * 1000);
}

/** MiB of a whole number of bytes; exact, so it may have a fraction. */
export function memoryMiB(quantity: string | number): number {
  return roundUp(parseQuantity(quantity)) / MIB;
}

/** A whole number of anything else, rounded up. */
export function wholeUnits(quantity: string | number): number {
  return roundUp(parseQuantity(quantity));
}

/** Up to the next whole number, but not because of a binary fraction: 0.1 × 3 × 1000 is 300. */
function roundUp(value: number): number {
  const nearest = Math.round(value);
  return Math.abs(value - nearest) <= Math.abs(value) * 1e-12 ? nearest : Math.ceil(value);
}
