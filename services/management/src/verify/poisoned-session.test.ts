import { afterAll, beforeAll, describe, expect, it } from '@jest/globals'
import { startForAllTests } from '@protectmyapi/dev-kit/start-for-all-tests'
import { forgetSessions } from '@protectmyapi/service-kit/postgres/forget-sessions'
import { connectPostgres, type Knex } from '@protectmyapi/service-kit/postgres/postgres'
import { chainHarness } from '../test/chain-harness.js'
import { type FurnishedTrail, furnishTrail } from '../test/furnished-trail.js'
import { plantEntry } from '../test/planted-entry.js'

const harness = await startForAllTests(chainHarness)

/** What management sets unknowingly, by changing a row of another table. */
const POISON = `
  CREATE SCHEMA evil;
  CREATE FUNCTION evil.set() RETURNS trigger LANGUAGE plpgsql AS $body$ BEGIN
    PERFORM pg_catalog.set_config('constraint_exclusion', 'on', false);
    RETURN NEW;
  END $body$;
  CREATE TRIGGER evil BEFORE UPDATE ON installation FOR EACH ROW EXECUTE FUNCTION evil.set();`

/** Gives a statement by which \`verify\` walks another answer than one by which people read. */
const lyingCheck = (table: string): string => `
  CREATE FUNCTION evil.most() RETURNS bigint LANGUAGE plpgsql IMMUTABLE AS $body$ BEGIN
    RETURN CASE WHEN pg_catalog.current_query() LIKE '%RECUR' || 'SIVE%' THEN '-9223372036854775808'::bigint ELSE 9223372036854775807 END;
  END $body$;
  ALTER TABLE ${table} ADD CONSTRAINT lie CHECK (batch <= evil.most());`

describe.each(['access-log', 'audit'] as const)(
  'verifying the chain of %s in a session whose settings a trigger has changed',
  (kind) => {
    let trail: FurnishedTrail
    /** The first of its sessions is the one that takes the snapshot. */
    let management: Knex
    beforeAll(async () => {
      trail = await furnishTrail(harness, kind)
      management = forgetSessions(connectPostgres({ ...harness.target, poolMax: 2 }, 'test'))
      await harness.db.raw(POISON + lyingCheck(trail.table) + plantEntry(trail))
      await management('installation').update({ id: management.raw('id') })
    })
    afterAll(async () => {
      await management.destroy()
      await harness.db.raw('DROP SCHEMA evil CASCADE')
    })

    it('reports an entry that a lying CHECK constraint would hide under those settings', async () => {
      expect((await harness.verdict(trail.source, management)).breaks).toMatchObject([{ kind: 'entry-extra' }])
    })
  },
)
