import type { Hit, Search } from '../search/searcher.js'

/** Receives all bytes of a place, in any number of parts. A value that lies across two parts is not found. */
export type Visit = (bytes: Buffer) => void

/** Somewhere that a value could have reached. */
export interface Place {
  readonly name: string
  read(visit: Visit): Promise<void>
}

/** The result of searching a place. */
export interface Found {
  readonly place: string
  readonly bytes: number
  readonly hits: readonly Hit[]
  /**
   * Whether a word that must be in the place was found. Without it, a search that reads nothing would pass as one that
   * finds nothing.
   */
  readonly sees: boolean
}

export async function searchPlace(place: Place, search: Search, control: Search): Promise<Found> {
  const hits = new Map<string, Hit>()
  let bytes = 0
  let sees = false
  await place.read((part) => {
    bytes += part.length
    sees ||= control(part).length > 0
    for (const hit of search(part)) hits.set(`${hit.name} ${hit.form}`, hit)
  })
  return { place: place.name, bytes, hits: [...hits.values()], sees }
}
