import type { Fault } from './fault.js'

/**
 * A deck for each of several hands that play at once. What breaks the same target is one hand's: it mends before it breaks
 * it again.
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
