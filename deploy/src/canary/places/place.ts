import type { Hit, Search } from '../search/searcher.js'

/** Hears all bytes of a place, in any number of parts; a value that lies across two of them is not found. */
export type Visit = (bytes: Buffer) => void

/** Somewhere a value could have got to. */
export interface Place {
  readonly name: string
  read(visit: Visit): Promise<void>
}

/** What a place holds. */
export interface Found {
  readonly place: string
  readonly bytes: number
  readonly hits: readonly Hit[]
  /** Whether a word was found that has to be there: a search that sees nothing finds nothing. */
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
