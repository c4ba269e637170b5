import { addressBlock } from '@protectmyapi/service-kit/fairness/address-block'

/** A connection, as the room counts it. */
export interface Seat {
  /**
   * Null for a trusted proxy in front, which speaks for many clients: its connections are counted, but never closed for
   * room.
   */
  readonly source: string | null
  /** Whether one of its requests is complete and unanswered: a provider may be acting upon it. */
  isBusy(): boolean
  destroy(): void
}

/** Bounds how many connections there are. */
export interface ConnectionRoom {
  /**
   * Takes a connection in and returns the function by which it leaves. Where there is no room, the source with the most
   * connections loses one that is not busy. If that is the newcomer's own source, or all of its connections are busy,
   * the newcomer is closed. So a flood shuts out only clients that share its address.
   */
  enter(seat: Seat): () => void
}

/**
 * Whose connection was closed for want of room. `largest`: one of the source that had the most, to admit a newcomer
 * from another.
 */
export type CrowdedOut = 'newcomer' | 'largest'

/** @param crowdedOut called for each connection that was closed, with its source. */
export function createConnectionRoom(
  connectionsMax: number,
  crowdedOut: (who: CrowdedOut, source: string | null) => void,
): ConnectionRoom {
  const taken = new Set<Seat>()
  const seatsOf = new Map<string, Set<Seat>>()
  /** Sources by their number of connections, so that under a flood nobody is searched for. */
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

  /** May be called twice. */
  function remove(seat: Seat): void {
    if (!taken.delete(seat) || seat.source === null) return
    const seats = seatsOf.get(seat.source) ?? new Set()
    seats.delete(seat)
    if (seats.size === 0) seatsOf.delete(seat.source)
    moved(seat.source, seats.size + 1, seats.size)
  }

  /** Which connection to close. The newcomer has been counted already. */
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
        // At once: the socket closes a turn later, and until then the next newcomer must neither count it nor choose it
        // again.
        remove(going)
        going.destroy()
        crowdedOut(going === seat ? 'newcomer' : 'largest', going.source)
      }
      return () => remove(seat)
    },
  }
}

/** @param address of the other end; IPv6 counts by the block that one customer is given. */
export function sourceOf(address: string | undefined, trusts: (address: string) => boolean): string | null {
  if (address === undefined || trusts(address)) return null
  return addressBlock(address)
}
