/** Whether this is SQLSTATE 23505 on this index or constraint: another row has the same value. */
function isUniqueViolation(thrown: unknown, constraint: string): boolean {
  if (!(thrown instanceof Error) || !('code' in thrown) || !('constraint' in thrown)) return false
  return thrown.code === '23505' && thrown.constraint === constraint
}

/** Runs work. If it fails because such a row exists already, throws this refusal. */
export async function refuseDuplicate<T>(constraint: string, refusal: () => Error, work: () => Promise<T>): Promise<T> {
  try {
    return await work()
  } catch (thrown) {
    throw isUniqueViolation(thrown, constraint) ? refusal() : thrown
  }
}
