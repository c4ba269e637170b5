import { expect, it } from '@jest/globals'
import { seededRandom } from '../schedule/seeded-random.js'
import { dealt } from './deal-faults.js'
import { faultDeck } from './fault-deck.js'

const named = (seed: string): string[] =>
  faultDeck(seededRandom(seed), { hasKms: false }).map(({ kind, target, holdMs }) => `${kind} ${target} ${holdMs.from}`)

it('the deck of faults is the same for the same seed, and another one for another seed', () => {
  expect(named('7')).toEqual(named('7'))
  expect(named('7')).not.toEqual(named('8'))
})

it('the deck of faults cuts off and silences what management and the vault rest on, the KMS included', () => {
  const words = named('7').map((name) => name.replace(/-\d/, ''))
  for (const word of ['cut management→postgres', 'silent management→postgres', 'silent vault→postgres'])
    expect(words.filter((name) => name.startsWith(word))).toHaveLength(1)
  expect(words.filter((name) => name.includes('management→redis'))).toHaveLength(1)
  const kms = faultDeck(seededRandom('7'), { hasKms: true }).filter(({ target }) => target === 'kms')
  expect(kms.map(({ kind }) => kind).sort()).toEqual(['silent', 'stopped'])
})

it('dealing puts every fault into one hand, and all faults of a target into the same hand', () => {
  const deck = faultDeck(seededRandom('7'), { hasKms: true })
  const hands = dealt(deck, 3)
  expect(hands.flat()).toHaveLength(deck.length)
  const targets = hands.flatMap((hand) => [...new Set(hand.map(({ target }) => target))])
  expect(targets).toHaveLength(new Set(targets).size)
})
