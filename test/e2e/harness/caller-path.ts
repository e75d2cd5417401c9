/** The address of a proxy by which it knows who calls: replicas share an account, so nothing else tells them apart. */
export function signedUrl(proxyUrl: string, caller: string): string {
  return `${proxyUrl}/by/${caller}`;
}

/** Who called, and the path as the caller meant it. */
export function signedPath(path: string): { readonly caller: string | undefined; readonly path: string } {
  const [, caller, rest] = /^\/by\/([^/]+)(\/.*)?$/.exec(path) ?? [];
  return caller === undefined ? { caller, path } : { caller, path: rest ?? '/' };
}
