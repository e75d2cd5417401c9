/**
 * Requests to the API server: credentials, transport with deadlines and a rate limit, and errors by class.
 * What the other rooms of the adapter use of `client/`; they import it from here alone.
 */

export { KubeApiError } from './client/kube-api-error.ts';
export { loadKubeCredentials } from './client/kube-config-credentials.ts';
export type { KubeCredentials } from './client/kube-credentials.ts';
export { kubeTime } from './client/kube-time.ts';
export { type KubeQuery, KubeTransport } from './client/kube-transport.ts';
