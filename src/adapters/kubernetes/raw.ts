/**
 * A type of the Kubernetes client as the API server writes the object in JSON: times are text, and nothing may be changed. For types
 * only: the client itself costs a second to load.
 */
export type Raw<T> = T extends Date
  ? string
  : T extends readonly (infer Element)[]
    ? readonly Raw<Element>[]
    : T extends object
      ? { readonly [Key in keyof T]: Raw<T[Key]> }
      : T;
