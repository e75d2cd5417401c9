/** How to reach and convince one API server; read anew from time to time, since tokens and CAs rotate. */
export interface KubeCredentials {
  /** The server's base URL, such as `https://10.43.0.1:443`. */
  readonly server: string;
  /** Secrets: never log what this returns. `refresh` asks for tokens to be read anew, past every cache. */
  read(refresh: boolean): Promise<KubeAuthentication>;
}

export interface KubeAuthentication {
  readonly headers: Readonly<Record<string, string>>;
  readonly tls: KubeTls;
}

export interface KubeTls {
  readonly ca?: string | Buffer;
  readonly cert?: string | Buffer;
  readonly key?: string | Buffer;
  readonly servername?: string;
  readonly rejectUnauthorized?: boolean;
}

/** A server that asks for nothing: `kubectl proxy`, or the fake one of a test. */
export function anonymousCredentials(server: string): KubeCredentials {
  return { server, read: async () => ({ headers: {}, tls: {} }) };
}
