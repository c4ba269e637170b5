import { describe, expect, it } from '@jest/globals'
import { closeAfterEach } from '@protectmyapi/dev-kit/close-after-each'
import { manualClock } from '@protectmyapi/dev-kit/manual-clock'
import type { LeaseKey } from '@protectmyapi/protos/generated/vault/v1/LeaseKey'
import { startFakeVault } from '../test/fake-vault.js'
import { grpcVaultLeases } from './grpc-vault-leases.js'

const atEnd = closeAfterEach()

const KEY: LeaseKey = { dataKeyId: 'key_1', dataKeyVersion: 3, hour: 490_000, key: Buffer.alloc(32, 7), sealsForMs: 9 }

/** Asked when the monotonic clock showed 1,000, answered at 3,000. */
async function answer(leaseKey: LeaseKey | null) {
  const clock = manualClock()
  const vault = await startFakeVault(() => {
    clock.advance(2_000)
    return {
      lease: {
        secretId: 'sec_1',
        versionId: 'ver_1',
        generation: 1,
        value: Buffer.from('value'),
        bindings: { origins: ['https://api.example.com'], placements: [{ header: 'authorization' }], services: [] },
        lifeMs: 60_000,
        notAfterMs: 1_700_000_000_000,
      },
    }
  }, leaseKey)
  atEnd(() => vault.close())
  const secrets = [{ secretId: 'sec_1', versionId: 'ver_1', generation: 1, name: 'KEY' }]
  return grpcVaultLeases(vault.client, clock).lease({
    organizationId: 'org_1',
    grant: 'grant',
    labels: [],
    secrets,
    why: 'wanted',
  })
}

describe('the vault’s answer', () => {
  it('has the lives of lease and lease key counted from before the question was sent (READTIME, SENT)', async () => {
    const { answers, leaseKey } = await answer(KEY)
    expect(answers).toMatchObject([{ lease: { notAfter: 61_000, notAfterMs: 1_700_000_000_000 } }])
    expect(leaseKey).toMatchObject({ id: { dataKeyId: 'key_1', dataKeyVersion: 3, hour: 490_000 }, sealsUntil: 1_009 })
    expect(leaseKey?.bytes.reveal()).toEqual(Buffer.alloc(32, 7))
  })

  it('yields no lease key when it contains none, or one that is not 32 bytes long', async () => {
    for (const key of [null, { ...KEY, key: Buffer.alloc(0) }, { ...KEY, key: Buffer.alloc(31) }])
      expect((await answer(key)).leaseKey).toBeUndefined()
  })
})
