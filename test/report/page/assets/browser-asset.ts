/** A script of the status page that needs no browser, as a module with the exports that the test names by type. */
export async function browserAsset<T>(name: string): Promise<T> {
  const url = new URL(`../../../../src/report/page/assets/${name}`, import.meta.url);
  return (await import(url.href)) as T;
}
