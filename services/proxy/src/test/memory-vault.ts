import { createHash } from 'node:crypto'
import type { Clock } from '@protectmyapi/service-kit/clock'
import { SecretBytes } from '@protectmyapi/service-kit/crypto/secret-text'
import type { Bindings } from '@protectmyapi/service-kit/destinations/bindings'
import { Fault } from '@protectmyapi/service-kit/faults'
import type { LeaseQuestion } from '../lease/lease-upstream.js'
import type { LeaseKeyId, VaultLeases } from '../lease/vault-leases.js'

export const BINDINGS: Bindings = {
  origins: ['https://api.example.com'],
  placements: [{ kind: 'header', name: 'authorization' }],
  services: [],
}
export const LEASE_LIFE_MS = 300_000
const HOUR_MS = 3_600_000

/** A vault that leases whatever a question names, with a lease key for each organization and hour. */
export interface MemoryVault extends VaultLeases {
  readonly asked: LeaseQuestion[]
  readonly says: { away: boolean; leaseKeys: boolean; dataKeyVersion: number }
}

export const secretOf = (versionId: string): string => `sk-value-of-${versionId}`

/** Derived from the same parts as the vault's. */
export function leaseKeyBytes(organizationId: string, { dataKeyId, dataKeyVersion, hour }: LeaseKeyId): Buffer {
  return createHash('sha256')
    .update(JSON.stringify([organizationId, dataKeyId, dataKeyVersion, hour]))
    .digest()
}

export function memoryVault(clock: Clock): MemoryVault {
  const asked: LeaseQuestion[] = []
  const says = { away: false, leaseKeys: true, dataKeyVersion: 1 }
  return {
    asked,
    says,
    async lease(question) {
      asked.push(question)
      if (says.away) throw new Fault('UNAVAILABLE', 'away')
      const [wallMs, monotonicMs] = [clock.wallMs(), clock.monotonicMs()]
      const hour = Math.floor(wallMs / HOUR_MS)
      const id = { dataKeyId: `key_${question.organizationId}`, dataKeyVersion: says.dataKeyVersion, hour }
      return {
        answers: question.secrets.map(({ secretId, versionId, generation }) => ({
          versionId,
          lease: {
            secretId,
            generation,
            value: new SecretBytes(Buffer.from(secretOf(versionId))),
            bindings: BINDINGS,
            notAfter: monotonicMs + LEASE_LIFE_MS,
            notAfterMs: wallMs + LEASE_LIFE_MS,
          },
        })),
        leaseKey: says.leaseKeys
          ? {
              id,
              bytes: new SecretBytes(leaseKeyBytes(question.organizationId, id)),
              sealsUntil: monotonicMs + (hour + 1) * HOUR_MS - wallMs,
            }
          : undefined,
      }
    },
  }
}
