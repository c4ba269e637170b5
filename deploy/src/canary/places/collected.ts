import type { Place } from './place.js'

/** A place that is filled while the system runs. */
export interface Collected extends Place {
  add(bytes: Buffer): void
}

export function collect(name: string): Collected {
  const parts: Buffer[] = []
  return {
    name,
    add: (bytes) => void parts.push(bytes),
    async read(visit) {
      // Each part alone, and all of them joined, because a value may have arrived in two parts.
      for (const part of parts) visit(part)
      visit(Buffer.concat(parts))
    },
  }
}
