import { expect, it } from '@jest/globals'
import { manualClock } from '@protectmyapi/dev-kit/manual-clock'
import { memoryLog } from '@protectmyapi/dev-kit/memory-log'
import { startForAllTests } from '@protectmyapi/dev-kit/start-for-all-tests'
import { memoryKeys } from '../test/memory-keys.js'
import { createVaultDatabases } from '../test/vault-databases.js'
import { runDataKeys } from './run-data-keys.js'

const databases = await startForAllTests(createVaultDatabases)

it('data-keys prints names with their control characters escaped, so that a terminal obeys none of them', async () => {
  const organizationId = '\u009b2J\u007f\u202ex'
  const masterKey = 'arn\u009b2J'
  const row = { organization_id: organizationId, id: 'key_a', version: 2, floor: 1, state: 'active' }
  await databases.tamper('data_keys').insert(row)
  const wrapped = { organization_id: 'org_a', key_id: 'key_a', version: 1, wrapped: Buffer.alloc(1) }
  await databases.tamperKeys('wrapped_keys').insert({ ...wrapped, master_key: masterKey })
  const lines: string[] = []
  const config = {
    kms: { kind: 'file', path: '/never/read', otherPaths: [] } as const,
    vaultDb: databases.vaultTarget,
    vaultKeysDb: databases.vaultKeysTarget,
    vaultKeysBackupDays: 7,
  }
  const ports = { log: memoryLog().log, clock: manualClock(), keys: memoryKeys() }
  await runDataKeys(config, ports, (line) => lines.push(line))
  expect(lines.join('')).not.toMatch(/[\u007f-\u009f]|\p{Bidi_Control}/u)
  expect(lines.map((line) => JSON.parse(line))).toEqual([
    { organizationId, version: 2, floor: 1, remaining: 0 },
    { masterKey, keys: 1 },
  ])
})
