/**
 * A type spelled out for comparison: for each key whether it may be missing and what its value is. Readonly, and the difference between
 * a key that is missing and one that is `undefined`, count for nothing: JSON knows neither.
 */
type Shape<T> = T extends string | number | boolean | undefined
  ? T
  : T extends readonly (infer Element)[]
    ? { readonly list: Shape<Element> }
    : { readonly [Key in keyof T]-?: readonly [IsOptional<T, Key>, Shape<Exclude<T[Key], undefined>>] };

type IsOptional<T, Key extends keyof T> = undefined extends T[Key] ? true : false;

/** `true` where both types have the same keys with the same values, all the way down; else `false`. */
export type SameShape<A, B> = [Shape<A>, Shape<B>] extends [Shape<B>, Shape<A>] ? true : false;

/** The type, where the comparison with another holds; an error of the compiler where it does not. */
export type Checked<T, Holds extends true> = Holds extends true ? T : never;
