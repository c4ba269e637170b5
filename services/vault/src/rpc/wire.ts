import { bindingsToWire } from '@protectmyapi/protos/bindings-wire'
import type { Lease as WireLease } from '@protectmyapi/protos/generated/vault/v1/Lease'
import type { LeaseKey as WireLeaseKey } from '@protectmyapi/protos/generated/vault/v1/LeaseKey'
import type { Purpose__Output, Purpose as WirePurpose } from '@protectmyapi/protos/generated/vault/v1/Purpose'
import { Fault } from '@protectmyapi/service-kit/faults'
import type { Purpose } from '../envelope/seal-context.js'
import type { Lease } from '../leases/lease.js'
import type { LeaseKey } from '../leases/lease-key.js'

const PURPOSES = {
  PURPOSE_INJECTION: 'injection',
  PURPOSE_OPERATIONAL: 'operational',
  PURPOSE_GRANT_SIGNING: 'grant-signing',
} as const satisfies Record<Exclude<Purpose__Output, 'PURPOSE_UNSPECIFIED'>, Purpose>

const WIRE_PURPOSES = {
  injection: 'PURPOSE_INJECTION',
  operational: 'PURPOSE_OPERATIONAL',
  'grant-signing': 'PURPOSE_GRANT_SIGNING',
} as const satisfies Record<Purpose, WirePurpose>

/** @throws Fault INVALID_REQUEST if no purpose is given, or one from a later contract (which arrives as its number). */
export function purposeFromWire(wire: Purpose__Output): Purpose {
  if (wire !== 'PURPOSE_UNSPECIFIED' && Object.hasOwn(PURPOSES, wire)) return PURPOSES[wire]
  throw new Fault('INVALID_REQUEST', 'purpose: none, or an unknown one', {
    say: 'purpose: Say what the secret is for.',
  })
}

export function purposeToWire(purpose: Purpose | null): WirePurpose {
  return purpose === null ? 'PURPOSE_UNSPECIFIED' : WIRE_PURPOSES[purpose]
}

export function leaseToWire({ secretId, versionId, generation, value, bindings, life }: Lease): WireLease {
  return {
    secretId,
    versionId,
    generation,
    value: value.reveal(),
    bindings: bindingsToWire(bindings),
    notAfterMs: life.notAfterMs,
    lifeMs: life.lifeMs,
  }
}

export function leaseKeyToWire({ dataKeyId, dataKeyVersion, hour, bytes, sealsForMs }: LeaseKey): WireLeaseKey {
  return { dataKeyId, dataKeyVersion, hour, key: bytes.reveal(), sealsForMs }
}
