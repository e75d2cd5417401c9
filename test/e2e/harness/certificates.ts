import { execFileSync } from 'node:child_process';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';

/** Paths of a key pair, PEM. */
export interface KeyPair {
  readonly key: string;
  readonly certificate: string;
}

/** The control plane's certificate authority for one test run, made with openssl. */
export class CertificateAuthority {
  readonly folder: string;
  readonly certificate: string;
  readonly #key: string;

  private constructor(folder: string) {
    this.folder = folder;
    this.certificate = join(folder, 'ca.crt');
    this.#key = join(folder, 'ca.key');
  }

  static create(folder: string): CertificateAuthority {
    const authority = new CertificateAuthority(folder);
    openssl('ecparam', '-name', 'prime256v1', '-genkey', '-noout', '-out', authority.#key);
    openssl(
      'req',
      '-x509',
      '-new',
      '-key',
      authority.#key,
      '-days',
      '2',
      '-subj',
      '/CN=e2e-ca',
      '-out',
      authority.certificate,
    );
    return authority;
  }

  /** A client certificate; the organisation becomes the user's group. */
  client(name: string, user: string, group?: string): KeyPair {
    const subject = group === undefined ? `/CN=${user}` : `/O=${group}/CN=${user}`;
    return this.#issue(name, subject, 'extendedKeyUsage=clientAuth');
  }

  /** The certificate that the API server shows on 127.0.0.1. */
  server(name: string): KeyPair {
    const names =
      'IP:127.0.0.1,DNS:localhost,DNS:kubernetes,DNS:kubernetes.default,DNS:kubernetes.default.svc';
    return this.#issue(name, '/CN=kube-apiserver', `extendedKeyUsage=serverAuth\nsubjectAltName=${names}`);
  }

  /** A key pair without a certificate: what ServiceAccount tokens are signed and checked with. */
  signingKey(name: string): { readonly key: string; readonly publicKey: string } {
    const key = join(this.folder, `${name}.key`);
    const publicKey = join(this.folder, `${name}.pub`);
    openssl('genrsa', '-out', key, '2048');
    openssl('rsa', '-in', key, '-pubout', '-out', publicKey);
    return { key, publicKey };
  }

  #issue(name: string, subject: string, extensions: string): KeyPair {
    const path = (suffix: string) => join(this.folder, `${name}.${suffix}`);
    openssl('ecparam', '-name', 'prime256v1', '-genkey', '-noout', '-out', path('key'));
    openssl('req', '-new', '-key', path('key'), '-subj', subject, '-out', path('csr'));
    writeFileSync(path('ext'), `${extensions}\n`);
    const sign = [
      'x509',
      '-req',
      '-in',
      path('csr'),
      '-CA',
      this.certificate,
      '-CAkey',
      this.#key,
      '-CAcreateserial',
      '-days',
      '2',
    ];
    openssl(...sign, '-extfile', path('ext'), '-out', path('crt'));
    return { key: path('key'), certificate: path('crt') };
  }
}

function openssl(...args: string[]): void {
  execFileSync('openssl', args, { stdio: ['ignore', 'ignore', 'pipe'] });
}
