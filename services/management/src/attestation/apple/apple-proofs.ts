import { createHash } from 'node:crypto'
import { Fault } from '@protectmyapi/service-kit/faults'
import { newId } from '@protectmyapi/service-kit/ids'
import type { Knex } from '@protectmyapi/service-kit/postgres/postgres'
import type { AppleEnvironment } from '../attestation-settings.js'
import { type AttestedApp, acceptedBy } from '../attested-app.js'
import { type ProvenDevice, refuseRevoked, type VerifiedProof } from '../proof.js'
import { verifyAppleAssertion } from './verify-assertion.js'
import { type AttestedKey, type TrustNow, verifyAppleAttestation } from './verify-attestation.js'

interface Given {
  readonly challenge: string
  readonly keyId: Buffer
}

/** Registers a key of the device. @throws Fault INVALID_ATTESTATION, ATTESTATION_FAILED. */
export function proveRegistration(
  app: AttestedApp,
  { challenge, keyId, attestation }: Given & { readonly attestation: Buffer },
  trust: TrustNow,
): VerifiedProof {
  const clientDataHash = sha256(challenge)
  const key = verifyAppleAttestation({ attestation, keyId, clientDataHash }, acceptedBy(app, 'apple'), trust)
  return { attestation: 'app-attest', device: (trx) => register(trx, app, key) }
}

async function register(trx: Knex, app: AttestedApp, key: AttestedKey): Promise<ProvenDevice> {
  const id = newId('device')
  const of = { organization_id: app.organizationId, app_id: app.id }
  await trx('devices').insert({ id, ...of, kind: 'app-attest' })
  const made = await trx('app_attest_keys')
    .insert({
      key_id: key.keyId,
      device_id: id,
      ...of,
      public_key: key.publicKey,
      bundle_id: key.bundleId,
      environment: key.environment,
      receipt: key.receipt,
    })
    .onConflict('key_id')
    .ignore()
    .returning<{ device_id: string }[]>('device_id')
  if (made.length === 0) {
    throw new Fault('ATTESTATION_FAILED', 'the key is registered', {
      say: 'This key is registered already. Send an assertion of it (POST /v1/attest/apple/assert), or register another key.',
    })
  }
  return { id, generation: 1, registered: { bundleId: key.bundleId, environment: key.environment } }
}

interface KeyRecord {
  readonly device_id: string
  readonly public_key: Buffer
  readonly bundle_id: string
  readonly environment: AppleEnvironment
  readonly counter: string
}

/** A registered key has signed the challenge. @throws Fault INVALID_ATTESTATION, ATTESTATION_FAILED. */
export async function proveAssertion(
  db: Knex,
  app: AttestedApp,
  { challenge, keyId, assertion }: Given & { readonly assertion: Buffer },
): Promise<VerifiedProof> {
  const { teamId, bundleIds, allowDevelopment } = acceptedBy(app, 'apple')
  const key = await db('app_attest_keys')
    .where({ key_id: keyId, organization_id: app.organizationId, app_id: app.id })
    .first<KeyRecord | undefined>('device_id', 'public_key', 'bundle_id', 'environment', 'counter')
  if (!key) {
    throw new Fault('ATTESTATION_FAILED', 'no such key', {
      say: 'This key is not registered for this app. Make a new one and register it (POST /v1/attest/apple).',
    })
  }
  // The settings may have become narrower since the key was registered.
  if (!bundleIds.includes(key.bundle_id) || (key.environment === 'development' && !allowDevelopment)) {
    throw new Fault('ATTESTATION_FAILED', 'the key’s bundle or environment is not accepted any more', {
      say: 'The app’s settings no longer accept this build. An owner or admin can change attestation.apple.',
    })
  }
  const held = { publicKey: key.public_key, bundleId: key.bundle_id, counter: Number(key.counter) }
  const { counter } = verifyAppleAssertion({ assertion, clientDataHash: sha256(challenge) }, held, teamId)
  return { attestation: 'app-attest', device: (trx) => advance(trx, key.device_id, keyId, counter) }
}

/** Compare and swap: of two assertions with the same counter, one buys. */
async function advance(trx: Knex, deviceId: string, keyId: Buffer, counter: number): Promise<ProvenDevice> {
  const [device] = await trx('devices')
    .where('id', deviceId)
    .update({ last_seen_at: trx.raw('clock_timestamp()') })
    .returning<{ generation: string; revoked_at: Date | null }[]>(['generation', 'revoked_at'])
  if (!device) throw new Fault('INTERNAL', 'a key without its device')
  refuseRevoked(device.revoked_at)
  const advanced = await trx('app_attest_keys')
    .where('key_id', keyId)
    .where('counter', '<', counter)
    .update({ counter })
  if (advanced === 0) throw new Fault('ATTESTATION_FAILED', 'the counter did not rise')
  return { id: deviceId, generation: Number(device.generation), registered: undefined }
}

const sha256 = (text: string): Buffer => createHash('sha256').update(text, 'utf8').digest()
