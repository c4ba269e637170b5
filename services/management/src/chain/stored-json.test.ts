import { describe, expect, it } from '@jest/globals'
import { connectedDatabase } from '@protectmyapi/dev-kit/postgres/connected-database'
import { startForAllTests } from '@protectmyapi/dev-kit/start-for-all-tests'
import { canonicalJson } from '../http/canonical-json.js'
import { storedJson } from './stored-json.js'

const { db } = await startForAllTests(connectedDatabase)

const printed = async (text: string): Promise<string> =>
  (await db.raw('SELECT ?::jsonb::text AS printed', [text])).rows[0].printed

describe('JSON that Postgres keeps', () => {
  it('is read back as it was written, whatever numbers it holds', async () => {
    const numbers = [0, -0, 1, -1, 0.1, -1.5, 1e15, 2 ** 53, -(2 ** 63), 1e21, -1e21, 1.7e308, 5e-324, 1e-7, -2.5e-9]
    const drawn = Array.from({ length: 500 }, (_, index) => Math.sin(index + 1) * 10 ** ((index % 80) - 40))
    const written = { b: [...numbers, ...drawn], a: ['1.0', ' 1.0', '\\" 1.0', '12345678901234567890', null, true] }
    expect(storedJson(await printed(JSON.stringify(written)))).toBe(canonicalJson(written))
  })

  it.each([
    ['1', '1.0'],
    ['1', '1.00'],
    ['0', '-0.0'],
    ['9007199254740992', '9007199254740993'],
    ['0.1', '0.10'],
    ['0.1', '0.1000000000000000055511151231257827'],
    ['1e+21', '1000000000000000000001'],
    ['null', '1e400'],
    ['{"n": 1}', '{"n": 1.0}'],
    ['{"s": "x", "n": [1]}', '{"s": "x", "n": [1.0]}'],
    ['"1.0"', '1.0'],
    ['"!1.0"', '1.0'],
  ])('is not taken for the same when %s was replaced by %s', async (ours, theirs) => {
    expect(storedJson(await printed(theirs))).not.toBe(storedJson(await printed(ours)))
  })
})
