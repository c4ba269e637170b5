import { expect, it } from '@jest/globals'
import { newId } from '@protectmyapi/service-kit/ids'
import { SecretBytes } from '@protectmyapi/service-kit/secret-text'
import type { NewVersion, VaultClient } from './vault-client.js'

/** What management relies on in any vault. The one in memory passes it, and so does the real service. */
export function vaultContract(name: string, make: () => VaultClient): void {
  const first = (): NewVersion => ({
    organizationId: newId('organization'),
    secretId: newId('secret'),
    versionId: newId('version'),
    generation: 1,
    purpose: 'INJECTION',
    value: new SecretBytes(Buffer.from('sk-one')),
    bindings: {
      origins: ['https://api.example.com'],
      placements: [{ kind: 'header', name: 'authorization' }],
      services: [],
    },
  })
  const next = (version: NewVersion): NewVersion => ({
    ...version,
    versionId: newId('version'),
    generation: version.generation + 1,
    value: new SecretBytes(Buffer.from('sk-two')),
  })

  it(`${name}: a put is idempotent on its version id, and other contents under it are CONFLICT`, async () => {
    const vault = make()
    const version = first()
    await vault.putSecret(version)
    await vault.putSecret(version)
    await expect(
      vault.putSecret({ ...version, value: new SecretBytes(Buffer.from('sk-other')) }),
    ).rejects.toMatchObject({ code: 'CONFLICT' })
    const elsewhere = { ...version.bindings, origins: ['https://evil.example.com'] }
    await expect(vault.putSecret({ ...version, bindings: elsewhere })).rejects.toMatchObject({ code: 'CONFLICT' })
  })

  it(`${name}: a put names the generation that it succeeds`, async () => {
    const vault = make()
    const version = first()
    await vault.putSecret(version)
    await expect(vault.putSecret({ ...next(version), generation: 3 })).rejects.toMatchObject({ code: 'CONFLICT' })
    await vault.putSecret(next(version))
    await expect(vault.putSecret(next(version))).rejects.toMatchObject({ code: 'CONFLICT' })
  })

  it(`${name}: TOMB: a version that was settled before it was put stays closed, and leaves the generation free`, async () => {
    const vault = make()
    const version = first()
    await vault.putSecret(version)
    const late = next(version)
    expect(await vault.settleVersion(late)).toBe('CLOSED')
    await expect(vault.putSecret(late)).rejects.toMatchObject({ code: 'CONFLICT' })
    expect(await vault.settleVersion(late)).toBe('CLOSED')
    await vault.putSecret(next(version))
    expect(await vault.settleVersion(version)).toBe('STORED')
  })

  it(`${name}: nothing injectable is ever leased to management`, async () => {
    const vault = make()
    const injectable = first()
    await vault.putSecret(injectable)
    await expect(vault.leaseOperational(injectable)).rejects.toMatchObject({ code: 'SECRET_NOT_FOUND' })
    const operational: NewVersion = {
      ...first(),
      purpose: 'OPERATIONAL',
      bindings: { origins: [], placements: [], services: [] },
    }
    await vault.putSecret(operational)
    const { value, lifeMs } = await vault.leaseOperational(operational)
    expect(value.reveal().toString()).toBe('sk-one')
    expect(lifeMs).toBeGreaterThan(0)
    await vault.destroyVersions(operational.organizationId, operational.secretId, [operational.versionId])
    await expect(vault.leaseOperational(operational)).rejects.toMatchObject({ code: 'SECRET_NOT_FOUND' })
  })

  it(`${name}: destruction and shredding are idempotent`, async () => {
    const vault = make()
    const version = first()
    await vault.putSecret(version)
    for (let times = 0; times < 2; times++) {
      await vault.destroyVersions(version.organizationId, version.secretId, [version.versionId])
      await vault.shredOrganization(version.organizationId)
    }
  })
}
