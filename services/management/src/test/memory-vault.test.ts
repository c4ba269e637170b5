import { describe, expect, it } from '@jest/globals'
import { newId } from '@protectmyapi/service-kit/ids'
import { vaultContract } from '../vault/vault-client.contract.js'
import { memoryVault } from './memory-vault.js'

describe('the vault in memory', () => {
  vaultContract('memory', memoryVault)

  it('fails as a network fails: before the effect, or after it', async () => {
    const vault = memoryVault()
    const version = { organizationId: newId('organization'), secretId: newId('secret'), versionId: newId('version') }
    vault.failNext('settleVersion', 'before')
    await expect(vault.settleVersion(version)).rejects.toMatchObject({ code: 'UNAVAILABLE' })
    expect(vault.stateOf(version.versionId)).toBe('unknown')
    vault.failNext('settleVersion', 'after')
    await expect(vault.settleVersion(version)).rejects.toMatchObject({ code: 'UNAVAILABLE' })
    expect(vault.stateOf(version.versionId)).toBe('closed')
  })
})
