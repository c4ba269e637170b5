import { expect, it } from '@jest/globals'
import { chainHarness } from '../test/chain-harness.js'
import { furnishTrail } from '../test/furnished-trail.js'
import { signedHeadsInOrder } from './migrations/0019-signed-heads-in-order.js'

it('the migration keeps older chains in order, and a signed head removed afterwards is reported as missing', async () => {
  const harness = await chainHarness()
  const { db } = harness
  const { source, chain } = await furnishTrail(harness, 'audit')
  await db.raw(`
    DROP TRIGGER chain_checkpoints_previous ON chain_checkpoints;
    DROP FUNCTION chain_checkpoints_previous();
    ALTER TABLE chain_checkpoints DROP COLUMN previous;
    UPDATE chain_heads SET unsigned_since = now();
  `)
  await signedHeadsInOrder.up(db, () => undefined)
  expect(await harness.verdict(source)).toMatchObject({ ok: true, through: 5, signed: { through: 4 } })
  await harness.signHeads()
  expect(await harness.verdict(source)).toMatchObject({ ok: true, signed: { through: 5 } })
  await db('chain_checkpoints').where({ chain, count: 2 }).delete()
  expect((await harness.verdict(source)).breaks).toMatchObject([{ kind: 'signed-head-missing', link: 4 }])
  await harness.close()
})
