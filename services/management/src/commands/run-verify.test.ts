import { expect, it } from '@jest/globals'
import { startForAllTests } from '@protectmyapi/dev-kit/start-for-all-tests'
import { systemClock } from '@protectmyapi/service-kit/clock'
import { createLogger } from '@protectmyapi/service-kit/program/log'
import { memoryVault } from '../test/memory-vault.js'
import { migratedDatabase } from '../test/migrated-database.js'
import { verifyAll } from '../verify/verify-all.js'
import { tellVerdicts } from './run-verify.js'

const { db } = await startForAllTests(migratedDatabase)

it('verify prints the name of a chain without raw control or bidi characters, and as JSON it is still complete', async () => {
  const chain = 'audit/\u009b2J\u007f\u202ex'
  await db('chain_heads').insert({ chain, count: 1, head: Buffer.alloc(32) })
  const lines: string[] = []
  const ports = { log: createLogger('test', 'silent'), clock: systemClock, write: (line: string) => lines.push(line) }
  const isInOrder = await tellVerdicts(verifyAll({ ...ports, db, vault: memoryVault() }, 90), ports)
  expect(isInOrder).toBe(false)
  expect(lines.join('')).not.toMatch(/[\u007f-\u009f]|\p{Bidi_Control}/u)
  expect(lines.map((line) => JSON.parse(line))).toContainEqual(expect.objectContaining({ chain }))
})
