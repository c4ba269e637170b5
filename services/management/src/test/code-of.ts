/** The code with which it is refused, of a `Fault` or a gRPC error alike; `answered` where it is not. */
export const codeOf = (work: Promise<unknown>): Promise<string | undefined> =>
  work.then(
    () => 'answered',
    (thrown: { code?: string }) => thrown.code,
  )
