/** Whether the promise has been kept so far; one that breaks never is. */
export function settledFlag(promise: Promise<void>): () => boolean {
  let isKept = false;
  const watch = async () => {
    isKept = await promise.then(
      () => true,
      () => false,
    );
  };
  void watch();
  return () => isKept;
}
