export interface Patience {
  /** How long, in all, pages may wait for a slow reader… */
  readonly patienceMs: number
  /** …who has so much of it back for each page taken, and never more than all. */
  readonly patiencePerPageMs: number
}

/**
 * The same pages, until they have waited too long to be taken: then `cut` is called, once. The time in which a page is
 * made is not its reader's.
 */
export async function* takenInTime<Page>(
  pages: AsyncIterable<Page>,
  { patienceMs, patiencePerPageMs }: Patience,
  cut: () => void,
): AsyncGenerator<Page, void, undefined> {
  let leftMs = patienceMs
  for await (const page of pages) {
    const offeredMs = performance.now()
    const late = setTimeout(cut, leftMs)
    try {
      yield page
    } finally {
      clearTimeout(late)
    }
    leftMs = Math.min(patienceMs, leftMs - (performance.now() - offeredMs) + patiencePerPageMs)
  }
}
