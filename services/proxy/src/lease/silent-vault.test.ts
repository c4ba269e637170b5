import type { handleUnaryCall } from '@grpc/grpc-js'
import { describe, expect, it } from '@jest/globals'
import { closeAfterEach } from '@protectmyapi/dev-kit/close-after-each'
import type { LeaseSecretsRequest__Output } from '@protectmyapi/protos/generated/vault/v1/LeaseSecretsRequest'
import type { LeaseSecretsResponse } from '@protectmyapi/protos/generated/vault/v1/LeaseSecretsResponse'
import { Vault } from '@protectmyapi/protos/vault'
import { systemClock } from '@protectmyapi/service-kit/clock'
import { Fault } from '@protectmyapi/service-kit/faults'
import { toGrpcError } from '@protectmyapi/service-kit/grpc/grpc-fault'
import { startReplicas } from '../test/replicas.js'
import { grpcVaultLeases } from './grpc-vault-leases.js'

const atEnd = closeAfterEach()

/** Two vaults behind one address. Each names itself in what it leases; the one that is asked first is number 0. */
async function twoVaults(answer: (vault: number) => LeaseSecretsResponse = leased) {
  const asked: number[] = []
  const replicas = await startReplicas(Vault, 2, (server, vault) => {
    const leaseSecrets: handleUnaryCall<LeaseSecretsRequest__Output, LeaseSecretsResponse> = (_call, reply) => {
      asked.push(vault)
      try {
        reply(null, answer(vault))
      } catch (err) {
        reply(toGrpcError(err))
      }
    }
    server.addService(Vault.service, { LeaseSecrets: leaseSecrets })
  })
  atEnd(() => replicas.close())
  const leases = grpcVaultLeases(replicas.client, systemClock, { attemptsMs: [500, 10_000] })
  const secrets = [{ secretId: 'sec_1', versionId: 'ver_1', generation: 1, name: 'KEY' }]
  return {
    ...replicas,
    asked,
    lease: () => leases.lease({ organizationId: 'org_1', grant: 'grant', labels: [], secrets, why: 'wanted' }),
  }
}

function leased(vault: number): LeaseSecretsResponse {
  return {
    results: [
      {
        versionId: 'ver_1',
        lease: {
          secretId: 'sec_1',
          versionId: 'ver_1',
          generation: 1,
          value: Buffer.from(`of vault ${vault}`),
          bindings: { origins: [], placements: [], services: [] },
          lifeMs: 60_000,
          notAfterMs: 1_700_000_000_000,
        },
      },
    ],
  }
}

describe('a vault that hangs with its connections open', () => {
  it('is given up for another vault after the first attempt, and is not asked again', async () => {
    const { lease, freeze, asked } = await twoVaults()
    await lease()
    freeze(0)
    await lease()
    await lease()
    expect(asked).toEqual([0, 1, 1])
  })

  it('does not keep a first lease from being answered by another vault', async () => {
    const { lease, freeze, asked } = await twoVaults()
    freeze(0)
    await lease()
    expect(asked).toEqual([1])
  })

  it('is told from a vault that refuses with UNAVAILABLE, which is asked only once', async () => {
    const { lease, asked } = await twoVaults(() => {
      throw new Fault('UNAVAILABLE', 'KMS: throttled')
    })
    await expect(lease()).rejects.toMatchObject({ code: 'UNAVAILABLE' })
    expect(asked).toEqual([0])
  })
})
