import { ROTATION_LIMITS } from './rotation-limits.js'

/** All rows of a paged list, in the order of their organizations. */
export async function* eachOrganization<Row extends { readonly organizationId: string }>(
  read: (after: string, max: number) => Promise<readonly Row[]>,
): AsyncGenerator<Row, void, undefined> {
  let after = ''
  for (;;) {
    const page = await read(after, ROTATION_LIMITS.organizationsRows)
    yield* page
    const last = page.at(-1)
    if (!last) return
    after = last.organizationId
  }
}
