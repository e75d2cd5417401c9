/*
 * A port of a node as a pod holds it: `8080/TCP` on every address of the node, `127.0.0.1:8080/TCP` on one alone. Two pods may share a
 * node with one port number unless one of them is on every address, or both are on the same.
 */

const EVERY_ADDRESS = '0.0.0.0';
/** Stands in a set of held ports for "somebody holds this port on one address". */
const ON_SOME_ADDRESS = 'some:';

/** The port as it is held; `port` as `8080/TCP`. */
export function hostPortOf(port: string, address = ''): string {
  return address === '' || address === EVERY_ADDRESS ? port : `${address}:${port}`;
}

/** Adds a port to those that are held on a node. */
export function holdHostPort(held: Set<string>, hostPort: string): void {
  held.add(hostPort);
  const bare = withoutAddress(hostPort);
  if (bare !== hostPort) held.add(ON_SOME_ADDRESS + bare);
}

/** Whether the scheduler keeps a pod with this port off a node on which these are held. */
export function isHostPortTaken(held: ReadonlySet<string>, hostPort: string): boolean {
  const bare = withoutAddress(hostPort);
  return held.has(hostPort) || held.has(bare === hostPort ? ON_SOME_ADDRESS + bare : bare);
}

/** Whether any of `wanted` is taken where `held` are held. */
export function doHostPortsConflict(wanted: readonly string[], held: readonly string[]): boolean {
  if (wanted.length === 0 || held.length === 0) return false;
  const taken = new Set<string>();
  for (const hostPort of held) holdHostPort(taken, hostPort);
  return wanted.some((hostPort) => isHostPortTaken(taken, hostPort));
}

function withoutAddress(hostPort: string): string {
  return hostPort.slice(hostPort.lastIndexOf(':') + 1);
}
