import { beforeEach, describe, expect, it } from '@jest/globals'
import { startForAllTests } from '@protectmyapi/dev-kit/start-for-all-tests'
import { newId } from '@protectmyapi/service-kit/ids'
import { type Catalog, insertCatalog } from '../../test/catalog.js'
import { migratedDatabase } from '../../test/migrated-database.js'
import { credentialInForce, credentialOf } from './credential-rows.js'

const { db } = await startForAllTests(migratedDatabase)

let mine: Catalog
let other: Catalog
beforeEach(async () => {
  mine = await insertCatalog(db)
  other = await insertCatalog(db)
})

async function insert(organizationId: string, appId: string): Promise<string> {
  const id = newId('version')
  const row = { kind: 'response-keys', identity: '', state: 'active', created_by: 'usr_test' }
  await db('attestation_credentials').insert({
    ...row,
    id,
    secret_id: newId('secret'),
    organization_id: organizationId,
    app_id: appId,
  })
  return id
}

describe('the credential of an app', () => {
  it('is found in its organization alone', async () => {
    const id = await insert(mine.organizationId, mine.appId)
    for (const find of [credentialOf, credentialInForce]) {
      expect((await find(db, mine.organizationId, mine.appId))?.id).toBe(id)
      expect(await find(db, other.organizationId, mine.appId)).toBeUndefined()
    }
  })

  it('is not in force where a forged row gives it to the app of another organization', async () => {
    await insert(mine.organizationId, other.appId)
    expect(await credentialInForce(db, mine.organizationId, other.appId)).toBeUndefined()
    expect(await credentialInForce(db, other.organizationId, other.appId)).toBeUndefined()
  })
})
