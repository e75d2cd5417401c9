/** A moment as Kubernetes writes it (`metav1.Time`): without milliseconds. */
export function kubeTime(atMs: number): string {
  return new Date(atMs).toISOString().replace(/\.\d+Z$/, 'Z');
}
