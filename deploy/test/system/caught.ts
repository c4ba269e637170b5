/** What a call throws; undefined where it does not. */
export async function caught(work: Promise<unknown>): Promise<unknown> {
  return work.then(
    () => undefined,
    (cause: unknown) => cause,
  )
}
