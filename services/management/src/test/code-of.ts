/** The code of the `Fault` or gRPC error that `work` rejects with, or `answered` if it does not reject. */
export const codeOf = (work: Promise<unknown>): Promise<string | undefined> =>
  work.then(
    () => 'answered',
    (thrown: { code?: string }) => thrown.code,
  )
