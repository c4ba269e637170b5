import { addressBlock } from '@protectmyapi/service-kit/fairness/address-block'

/** A connection as it is counted. */
export interface Seat {
  /** Null for a proxy in front of us, which speaks for many: its connections are counted, and never given up. */
  readonly source: string | null
  /** A request of it is whole and not answered yet: somebody may be acting upon it. */
  isBusy(): boolean
  destroy(): void
}

/** The connections that there may be. */
export interface ConnectionRoom {
  /**
   * Takes one in; answers how it leaves. Where there is no room, the source that has the most gives up one that is not
   * busy; where it is this one's own source, or all of it is busy, the newcomer goes. So a flood shuts out nobody but
   * who shares its address.
   */
  enter(seat: Seat): () => void
}

/** Whose connection was closed for want of room. `largest`: of the source that had the most, for a newcomer of another. */
export type CrowdedOut = 'newcomer' | 'largest'

/** @param crowdedOut called for each connection that was closed, with its source. */
export function createConnectionRoom(
  connectionsMax: number,
  crowdedOut: (who: CrowdedOut, source: string | null) => void,
): ConnectionRoom {
  const taken = new Set<Seat>()
  const seatsOf = new Map<string, Set<Seat>>()
  /** Sources by how many they have, so that under a flood nobody is searched for. */
  const sourcesWith: Set<string>[] = []

  function moved(source: string, before: number, now: number): void {
    sourcesWith[before]?.delete(source)
    if (now > 0) sourcesWith[now] = (sourcesWith[now] ?? new Set()).add(source)
    while (sourcesWith.length > 0 && !sourcesWith.at(-1)?.size) sourcesWith.pop()
  }

  function add(seat: Seat): void {
    taken.add(seat)
    if (seat.source === null) return
    const seats = seatsOf.get(seat.source) ?? new Set()
    seatsOf.set(seat.source, seats.add(seat))
    moved(seat.source, seats.size - 1, seats.size)
  }

  /** May be done twice. */
  function remove(seat: Seat): void {
    if (!taken.delete(seat) || seat.source === null) return
    const seats = seatsOf.get(seat.source) ?? new Set()
    seats.delete(seat)
    if (seats.size === 0) seatsOf.delete(seat.source)
    moved(seat.source, seats.size + 1, seats.size)
  }

  /** The newcomer has been counted. */
  function whoGoes(newcomer: Seat): Seat {
    const largest = sourcesWith.at(-1) ?? new Set()
    if (newcomer.source !== null && largest.has(newcomer.source)) return newcomer
    for (const source of largest) {
      for (const seat of seatsOf.get(source) ?? []) if (!seat.isBusy()) return seat
    }
    return newcomer
  }

  return {
    enter(seat) {
      add(seat)
      if (taken.size > connectionsMax) {
        const going = whoGoes(seat)
        // At once: its socket closes a turn later, and the next newcomer must not count it, or choose it again.
        remove(going)
        going.destroy()
        crowdedOut(going === seat ? 'newcomer' : 'largest', going.source)
      }
      return () => remove(seat)
    },
  }
}

/** @param address of the other end; IPv6 counts by what a customer is given. */
export function sourceOf(address: string | undefined, trusts: (address: string) => boolean): string | null {
  if (address === undefined || trusts(address)) return null
  return addressBlock(address)
}
