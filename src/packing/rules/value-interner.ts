/**
 * Small whole numbers, counted from 0, for values that are equal in content. An object seen before is known by itself:
 * the watch cache shares equal parts between pods, so most look-ups never write anything out.
 */
export class ValueInterner<T extends object> {
  readonly values: T[] = [];
  readonly #byObject = new Map<object, number>();
  readonly #byText = new Map<string, number>();

  of(value: T): number {
    // Most lists are empty, and each is an object of its own.
    if (Array.isArray(value) && value.length === 0) return this.#ofText('[]', value);
    const known = this.#byObject.get(value);
    if (known !== undefined) return known;
    const id = this.#ofText(JSON.stringify(value), value);
    this.#byObject.set(value, id);
    return id;
  }

  #ofText(text: string, value: T): number {
    const known = this.#byText.get(text);
    if (known !== undefined) return known;
    const id = this.values.length;
    this.#byText.set(text, id);
    this.values.push(value);
    return id;
  }
}
