import { expect, it } from '@jest/globals'
import { placementWords } from './placement-words.js'

it.each([
  [{ kind: 'header', name: 'x-api-key' }, 'header x-api-key'],
  [{ kind: 'query', name: 'key' }, 'query ?key='],
  [{ kind: 'path', template: '/bot{{}}/' }, 'path /bot{{}}/'],
  [{ kind: 'basic-user' }, 'user of Basic authentication'],
  [{ kind: 'basic-password' }, 'password of Basic authentication'],
] as const)('%p is said as %p', (place, words) => {
  expect(placementWords(place)).toBe(words)
})
