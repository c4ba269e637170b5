import { expect, test } from '@jest/globals'
import { slugFrom } from './slug-from.js'

test.each([
  ['My app', 'my-app'],
  ['Ünïted Apps, Inc.', 'united-apps-inc'],
  ['  -- Chat 2 -- ', 'chat-2'],
  ['應用程式', ''],
  ['', ''],
])('proposes for the name %p the slug %p', (name, slug) => {
  expect(slugFrom(name)).toBe(slug)
})

test('a slug that is cut does not end in a hyphen', () => {
  expect(slugFrom(`${'a'.repeat(47)} b`)).toBe('a'.repeat(47))
})
