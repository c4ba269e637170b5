import { beforeAll, describe, expect, it } from '@jest/globals'
import { manualClock } from '@protectmyapi/dev-kit/manual-clock'
import { startForAllTests } from '@protectmyapi/dev-kit/start-for-all-tests'
import { CHAIN_LIMITS } from '../chain/chain-limits.js'
import { DAYS, ENTRIES } from '../test/alterations/entries.js'
import { HEADS, SIGNED } from '../test/alterations/heads.js'
import { LINKS } from '../test/alterations/links.js'
import { TABLES } from '../test/alterations/tables.js'
import { chainHarness } from '../test/chain-harness.js'
import { writeAnew } from '../test/forger.js'
import { type FurnishedTrail, furnishTrail } from '../test/furnished-trail.js'
import { type Alteration, superuser } from '../test/superuser.js'

const harness = await startForAllTests(chainHarness)

describe.each(['access-log', 'audit'] as const)('an alteration of the chain of %s by a superuser', (kind) => {
  let trail: FurnishedTrail
  let other: FurnishedTrail
  beforeAll(async () => {
    // `trail` comes last, because a round signs whatever is there and the fifth link of `trail` must stay unsigned.
    other = await furnishTrail(harness, kind)
    trail = await furnishTrail(harness, kind)
  })

  it.each<Alteration>([...ENTRIES, ...LINKS, ...HEADS, ...SIGNED, ...TABLES, ...(kind === 'audit' ? [] : DAYS)])(
    'is found if it %s',
    async (_what, attack, found, link) => {
      const trx = await harness.db.transaction()
      try {
        await attack(superuser(trx, trail, other))
        const { ok, breaks } = await harness.verdict(trail.source, trx)
        expect([ok, breaks[0]]).toMatchObject([false, { kind: found, link }])
      } finally {
        await trx.rollback()
      }
    },
  )

  it('is no longer reported once it is rolled back', async () => {
    expect(await harness.verdict(trail.source)).toMatchObject({ ok: true, through: 5, signed: { through: 4 } })
  })

  it.each([
    ['lives', true],
    ['has died', false],
  ])(
    'is found in an unsigned link whose mark it removed for a while, if the process that appended it %s',
    async (_what, lives) => {
      const trail = await furnishTrail(harness, kind)
      const { organizationId, source, json } = trail
      const su = superuser(harness.db, trail, trail)
      const clock = manualClock(0)
      const management = harness.management(clock)
      await (kind === 'audit' ? harness.audit(organizationId) : harness.log(organizationId))
      const marked = await su.head().first('unsigned_since')
      await su.head().update({ unsigned_since: null })
      clock.advance(CHAIN_LIMITS.signing.ownAfterMs + 1)
      await (lives ? management.own() : harness.signHeads())
      await su.entries(6).update({ [json]: { forged: true } })
      await writeAnew(harness.db, source)
      await su.head().update(marked)
      await harness.signHeads()
      expect((await harness.verdict(source)).breaks).toMatchObject([{ kind: 'rewritten', link: 6 }])
    },
  )
})
