/** The error that `work` throws; undefined where it does not throw. */
export async function caught(work: Promise<unknown>): Promise<unknown> {
  return work.then(
    () => undefined,
    (cause: unknown) => cause,
  )
}
