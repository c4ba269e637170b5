import type { Fault } from './fault.js'

/**
 * Divides a deck among several hands that play at once. All faults of one target go to the same hand, which mends the
 * target before it breaks it again.
 */
export function dealt(deck: readonly Fault[], hands: number): readonly (readonly Fault[])[] {
  const decks = Array.from({ length: hands }, (): Fault[] => [])
  const handOf = new Map<string, number>()
  for (const fault of deck) {
    const hand = handOf.get(fault.target) ?? handOf.size % hands
    handOf.set(fault.target, hand)
    decks[hand]?.push(fault)
  }
  return decks
}
