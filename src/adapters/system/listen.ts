import type http from 'node:http';
import type { AddressInfo } from 'node:net';
import { PortError } from '../../ports.ts';

/**
 * Listens on the port (0: any free one) of the host (none: all interfaces) and gives the port taken. Throws a configuration
 * `PortError` when it cannot.
 */
export function listen(
  server: http.Server,
  { port, host }: { readonly port: number; readonly host?: string },
): Promise<number> {
  return new Promise((resolve, reject) => {
    server.once('error', (cause: NodeJS.ErrnoException) => {
      const code = cause.code ?? 'LISTEN';
      const fact = code === 'EADDRINUSE' ? 'is in use' : `cannot be listened on (${code})`;
      reject(
        new PortError(`port ${port} ${fact}: choose another with --port`, {
          retry: 'configuration',
          code,
          cause,
        }),
      );
    });
    server.listen({ port, host }, () => resolve((server.address() as AddressInfo).port));
  });
}
