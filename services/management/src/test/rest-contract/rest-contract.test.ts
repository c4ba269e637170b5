import { readFile } from 'node:fs/promises'
import { expect, it } from '@jest/globals'
import { REVIEWED, restContract } from './rest-contract.js'

it('The REST contract is the one in openapi.json. If it should change: npm run contracts:accept, review, commit', async () => {
  expect(await restContract()).toBe(await readFile(REVIEWED, 'utf8'))
})
