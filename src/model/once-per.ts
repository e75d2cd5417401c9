/**
 * The same function, computed once for each object that it is asked about, for as long as that object lives. For functions that
 * look at nothing else, and at data that never changes: lists that a round takes over from the one before cost it nothing.
 */
export function oncePer<K extends object, V>(compute: (of: K) => V): (of: K) => V {
  const known = new WeakMap<K, { readonly value: V }>();
  return (of) => {
    const found = known.get(of);
    if (found !== undefined) return found.value;
    const value = compute(of);
    known.set(of, { value });
    return value;
  };
}
