import { execFileSync } from 'node:child_process';
import { goTool } from './tool-cache.ts';

/** A new age key as `age-keygen` writes it, with its public half. */
export function ageKey(): { readonly secret: string; readonly recipient: string } {
  const secret = execFileSync(goTool('kustomize-controller', 'age-keygen'), {
    encoding: 'utf8',
    stdio: 'pipe',
  });
  const recipient = /public key: (\S+)/.exec(secret)?.[1];
  if (recipient === undefined) throw new Error('age-keygen names no public key');
  return { secret, recipient };
}

/** Encrypts the values of a Secret's file in place, with the very words of docs/gitops.md. */
export function encryptSecret(file: string, recipient: string): void {
  const args = [
    'encrypt',
    '--in-place',
    '--encrypted-regex',
    '^(data|stringData)$',
    '--age',
    recipient,
    file,
  ];
  execFileSync(goTool('kustomize-controller', 'sops'), args, { stdio: 'pipe' });
}
