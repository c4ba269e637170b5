import { expect, it } from '@jest/globals'
import { NEW_TOKEN, tokenBody } from './token-body.js'

it('begins with nothing allowed and nothing reached', () => {
  expect(tokenBody(NEW_TOKEN)).toEqual({ name: '', scopes: [], organizations: [], expiresInDays: 90 })
})

it('reaches the chosen organizations alone', () => {
  expect(tokenBody({ ...NEW_TOKEN, organizations: ['org_a'] }).organizations).toEqual(['org_a'])
})

it('reaches all where all was chosen, whatever was chosen before', () => {
  expect(tokenBody({ ...NEW_TOKEN, reach: 'all', organizations: ['org_a'] }).organizations).toBe('all')
})

it('sends an empty number of days as one that is refused', () => {
  expect(tokenBody({ ...NEW_TOKEN, expiresInDays: '' }).expiresInDays).toBe(0)
})
