/**
 * Memoizes a function by the identity of its argument, for as long as that object lives. For pure functions of immutable data: a
 * list that a round takes over from the one before costs nothing.
 */
export function memoizeByIdentity<K extends object, V>(compute: (of: K) => V): (of: K) => V {
  const known = new WeakMap<K, { readonly value: V }>();
  return (of) => {
    const found = known.get(of);
    if (found !== undefined) return found.value;
    const value = compute(of);
    known.set(of, { value });
    return value;
  };
}
