import { describe, expect, it } from '@jest/globals'
import { SecretBytes } from '@protectmyapi/service-kit/crypto/secret-text'
import { newId } from '@protectmyapi/service-kit/ids'
import { vaultContract } from '../vault/vault-client.contract.js'
import { memoryVault } from './memory-vault.js'

describe('the vault in memory', () => {
  vaultContract('memory', memoryVault)

  it('fails with UNAVAILABLE when told to, before the effect or after it', async () => {
    const vault = memoryVault()
    const version = { organizationId: newId('organization'), secretId: newId('secret'), versionId: newId('version') }
    vault.failNext('settleVersion', 'before')
    await expect(vault.settleVersion(version)).rejects.toMatchObject({ code: 'UNAVAILABLE' })
    expect(vault.stateOf(version.versionId)).toBe('unknown')
    vault.failNext('settleVersion', 'after')
    await expect(vault.settleVersion(version)).rejects.toMatchObject({ code: 'UNAVAILABLE' })
    expect(vault.stateOf(version.versionId)).toBe('closed')
  })

  it('shows a stored version as destroyed and one never stored as closed, also if destroyed twice', async () => {
    const vault = memoryVault()
    const [stored, never] = [newId('version'), newId('version')]
    const [organizationId, secretId] = [newId('organization'), newId('secret')]
    const value = new SecretBytes(Buffer.from('sk'))
    const bindings = { origins: [], placements: [], services: [] }
    await vault.putSecret({
      organizationId,
      secretId,
      versionId: stored,
      generation: 1,
      purpose: 'OPERATIONAL',
      value,
      bindings,
    })
    for (let times = 0; times < 2; times++) {
      await vault.destroyVersions(organizationId, secretId, [stored, never])
      expect([vault.stateOf(stored), vault.stateOf(never)]).toEqual(['destroyed', 'closed'])
    }
  })
})
