import { describe, expect, it } from '@jest/globals'
import { startForAllTests } from '@protectmyapi/dev-kit/start-for-all-tests'
import { newId } from '@protectmyapi/service-kit/ids'
import { readNow } from '../../db/read.js'
import { chainHarness } from '../../test/chain-harness.js'
import { readAccessLog } from './read-access-log.js'
import { readGrants } from './read-grants.js'

const NEWEST = { before: undefined, limit: 10 }
const BLANK = {
  app: '',
  service: '',
  device: '',
  secrets: [],
  method: '',
  path: '',
  sourceAddress: '',
  platform: '',
  appVersion: '',
  unattested: false,
}

const harness = await startForAllTests(chainHarness)

/** Each takes twenty seconds off, for exactly the types by which the beginning of a page was once computed. */
const TWENTY_SECONDS_OFF = `
  CREATE FUNCTION divided(bigint, numeric) RETURNS numeric LANGUAGE sql AS 'SELECT $1::numeric / $2 - 20';
  CREATE FUNCTION multiplied(numeric, integer) RETURNS numeric LANGUAGE sql AS 'SELECT $1 * $2::numeric - 20000';
  CREATE FUNCTION to_timestamp(numeric) RETURNS timestamptz LANGUAGE sql AS
    'SELECT pg_catalog.to_timestamp(($1 - 20)::float8)';
  CREATE OPERATOR public./ (LEFTARG = bigint, RIGHTARG = numeric, FUNCTION = divided);
  CREATE OPERATOR public.* (LEFTARG = numeric, RIGHTARG = integer, FUNCTION = multiplied)`

it.each([
  ['admitted', readAccessLog],
  ['granted', readGrants],
] as const)(
  'a page of %s entries goes on exactly where the page before ended, even if forged SQL operators shift times',
  async (kind, read) => {
    const organizationId = newId('organization')
    await harness.log(organizationId, 3)
    const trx = await harness.db.transaction()
    try {
      await trx('access_log').where({ organization_id: organizationId }).update({ kind })
      await trx.raw(TWENTY_SECONDS_OFF)
      const [first] = await read(readNow(trx), organizationId, { before: undefined, limit: 1 })
      const rest = await read(readNow(trx), organizationId, { before: first, limit: 9 })
      expect([first, ...rest].map((line) => line?.requestId)).toEqual(['req_3', 'req_2', 'req_1'])
    } finally {
      await trx.rollback()
    }
  },
)

describe('an entry that somebody wrote by hand', () => {
  it.each([[[]], ['x'], [null], [{ secrets: 7, app: { id: 1 }, internalService: [], path: ['/'], unattested: 'no' }]])(
    '%j is listed with blank fields, and the entries beside it are listed as they are',
    async (written) => {
      const organizationId = newId('organization')
      await harness.log(organizationId, 3)
      const ofOne = { organization_id: organizationId, request_id: 'req_2' }
      await harness
        .db('access_log')
        .where(ofOne)
        .update({ entry: JSON.stringify(written) })
      const [newest, wrong, oldest] = await readAccessLog(readNow(harness.db), organizationId, NEWEST)
      expect(wrong?.subject).toEqual(BLANK)
      expect([newest, oldest].map((entry) => entry?.subject.method)).toEqual(['POST', 'POST'])
      await harness.db('access_log').where(ofOne).update({ kind: 'granted' })
      const [grant] = await readGrants(readNow(harness.db), organizationId, NEWEST)
      expect(grant?.entry).toEqual({ internalService: { id: '', name: '', spiffeId: '' }, secrets: [] })
    },
  )
})
