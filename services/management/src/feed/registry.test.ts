import { beforeEach, describe, expect, it } from '@jest/globals'
import { startForAllTests } from '@protectmyapi/dev-kit/start-for-all-tests'
import { newId } from '@protectmyapi/service-kit/ids'
import { migratedDatabase } from '../test/migrated-database.js'
import { appendFeed } from './append-feed.js'
import { recordSync } from './registry.js'

const OWN = new Uint8Array(32).fill(1)
const FORGED = new Uint8Array(32).fill(2)
const NONE = new Uint8Array(0)
const HORIZON_MS = 30_000

const { db } = await startForAllTests(migratedDatabase)

let bootId: string
let head: number
beforeEach(async () => {
  bootId = newId('boot')
  head = await db.transaction((trx) => appendFeed(trx, [{ kind: 'app', id: 'app_1', generation: 2 }]))
})

const sync = (proof: Uint8Array, applied: number, horizonMs = HORIZON_MS) =>
  recordSync(db, {
    bootId,
    proof,
    spiffeId: 'spiffe://protectmyapi.local/ns/protectmyapi/sa/proxy',
    applied,
    horizonMs,
  })
const row = () => db('proxies').where('boot_id', bootId).first()
/** A row as the previous version writes it, which knows of no proofs. */
const byTheVersionBefore = () =>
  db('proxies').insert({
    boot_id: bootId,
    spiffe_id: 'spiffe://x',
    applied: 0,
    horizon_at: db.raw('clock_timestamp()'),
  })

describe('who speaks for a proxy', () => {
  it.each([
    ['another proof', OWN, FORGED],
    ['no proof', OWN, NONE],
    ['a proof, where the proxy itself has none', NONE, FORGED],
  ])(
    'is the process that said its boot id first: a Sync with %s is refused and moves neither applied nor horizon',
    async (_, own, other) => {
      await sync(own, head - 1)
      const before = await row()
      await expect(sync(other, head, 10 * HORIZON_MS)).rejects.toMatchObject({ code: 'FORBIDDEN' })
      expect(await row()).toEqual(before)
      await sync(own, head)
      expect(await row()).toMatchObject({ applied: String(head) })
    },
  )

  it('cannot be learned from the registry, which keeps only a digest of the proof', async () => {
    await sync(OWN, 0)
    const { proof } = await row()
    expect(proof).toHaveLength(32)
    expect(OWN).not.toEqual(new Uint8Array(proof))
  })

  it('is the first process that sends a proof, if the row is from the version before', async () => {
    await byTheVersionBefore()
    await sync(OWN, head)
    await expect(sync(FORGED, head)).rejects.toMatchObject({ code: 'FORBIDDEN' })
  })

  it.each([31, 33])('is not settled by a proof of %i bytes, which is refused with INVALID_REQUEST', async (length) => {
    await expect(sync(new Uint8Array(length), 0)).rejects.toMatchObject({ code: 'INVALID_REQUEST' })
    expect(await row()).toBeUndefined()
  })
})
