import { describe, expect, it } from '@jest/globals'
import { SecretBytes } from '@protectmyapi/service-kit/crypto/secret-text'
import { PROXY } from '../test/grant-signer.js'
import { BINDINGS } from '../test/vault-core.js'
import { leaseSecretsRpc } from './lease-secrets.js'

const life = { notAfterMs: 1, lifeMs: 1 }

describe('an answer with leases', () => {
  it('has its value and its lease key zeroed after the call, and not before', async () => {
    const value = new SecretBytes(Buffer.from('sk-value'))
    const bytes = new SecretBytes(Buffer.alloc(32, 7))
    const lease = { secretId: 'sec_a', versionId: 'ver_a', generation: 1, value, bindings: BINDINGS, life }
    const leaseKey = { dataKeyId: 'key_a', dataKeyVersion: 1, hour: 1, bytes, sealsForMs: 1 }
    const afterwards: (() => void)[] = []
    const answer = await leaseSecretsRpc(async () => ({ outcomes: [{ versionId: 'ver_a', lease }], leaseKey }))(
      { grant: '', versionIds: ['ver_a'] },
      { peer: PROXY, deadline: new Date(), afterwards: (run) => void afterwards.push(run) },
    )
    expect(answer).toMatchObject({
      results: [{ lease: { value: Buffer.from('sk-value') } }],
      leaseKey: { key: Buffer.alloc(32, 7) },
    })
    for (const run of afterwards) run()
    expect(value.reveal()).toEqual(Buffer.alloc(8))
    expect(bytes.reveal()).toEqual(Buffer.alloc(32))
  })
})
