import { expect, it } from '@jest/globals'
import { invitationIn, joinLink } from './join-link.js'

it('puts the token into the fragment, which no browser sends to a server', () => {
  const link = new URL(joinLink('https://manage.example', 'pma_inv_abc'))
  expect([link.origin, link.pathname, link.search, link.hash]).toEqual([
    'https://manage.example',
    '/join',
    '',
    '#pma_inv_abc',
  ])
})

it.each([
  ['a link', joinLink('https://manage.example', 'pma_inv_abc')],
  ['a token', 'pma_inv_abc'],
  ['a token with spaces around it', ' pma_inv_abc\n'],
  ['a fragment', '#pma_inv_abc'],
])('finds the token in %s', (_what, handed) => {
  expect(invitationIn(handed)).toBe('pma_inv_abc')
})

it('finds none where nothing was handed', () => {
  expect(invitationIn('')).toBe('')
})
