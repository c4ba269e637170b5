/** SQLSTATE 23505 on this index or constraint: another row has the same. */
function isUniqueViolation(thrown: unknown, constraint: string): boolean {
  if (!(thrown instanceof Error) || !('code' in thrown) || !('constraint' in thrown)) return false
  return thrown.code === '23505' && thrown.constraint === constraint
}

/** Runs work; a row that is there already becomes this refusal. */
export async function refuseDuplicate<T>(constraint: string, refusal: () => Error, work: () => Promise<T>): Promise<T> {
  try {
    return await work()
  } catch (thrown) {
    throw isUniqueViolation(thrown, constraint) ? refusal() : thrown
  }
}
