export interface Patience {
  /** How long pages may wait for a slow reader in total. */
  readonly patienceMs: number
  /** How much of that each page taken gives back. The total never exceeds `patienceMs`. */
  readonly patiencePerPageMs: number
}

/**
 * Yields the same pages. Once they have waited too long for their reader, `cut` is called, once. The time that it takes
 * to make a page is not counted against the reader.
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
