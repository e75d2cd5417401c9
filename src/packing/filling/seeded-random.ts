/** Draws of a fixed sequence, spread evenly enough for a search: the same search finds the same fleet every time. */
export function seededRandom(): (choices: number) => number {
  let state = 1;
  return (choices) => {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0;
    return Math.floor((state / 2 ** 32) * choices);
  };
}
