import { createHash, type X509Certificate } from 'node:crypto'
import { Fault } from '@protectmyapi/service-kit/faults'
import type { AppleEnvironment } from '../attestation-settings.js'
import { bundleIdOf } from './app-id.js'
import { checkExtensions, readAuthenticatorData, readCredential } from './authenticator-data.js'
import { bytesOf, listOf, mapOf, readCborMap } from './cbor.js'
import { verifyChain } from './certificate-chain.js'
import { checkNonce } from './check-nonce.js'
import { p256KeyOf } from './p256-key.js'

export interface GivenAttestation {
  /** As `attestKey` returned it. */
  readonly attestation: Buffer
  /** As `generateKey` returned it, decoded from Base64. */
  readonly keyId: Buffer
  /** SHA-256 of the challenge that was issued: made here, never taken from the app. */
  readonly clientDataHash: Buffer
}

/** Which builds of an app are accepted. */
export interface AcceptedBuilds {
  readonly teamId: string
  readonly bundleIds: readonly string[]
  /** Whether keys of Apple's sandbox are accepted. */
  readonly allowDevelopment: boolean
}

/** What is trusted, and when. */
export interface TrustNow {
  readonly nowMs: number
  readonly roots: readonly X509Certificate[]
}

/** A key that Apple has certified: it is in the Secure Enclave of a genuine device, and belongs to this app. */
export interface AttestedKey {
  readonly keyId: Buffer
  /** SubjectPublicKeyInfo, DER. */
  readonly publicKey: Buffer
  readonly bundleId: string
  readonly environment: AppleEnvironment
  /** What Apple is asked with for a risk metric. Neither certified nor checked: whoever sends it on has to verify it. */
  readonly receipt: Buffer
}

const FORMAT = 'apple-appattest'

/** All 16 bytes: the first nine are the same. */
const ENVIRONMENTS: Readonly<Record<string, AppleEnvironment>> = {
  [Buffer.from('appattest'.padEnd(16, '\0')).toString('hex')]: 'production',
  [Buffer.from('appattestdevelop').toString('hex')]: 'development',
}

/**
 * Verifies a key's registration by Apple's App Attest ("Validating apps that connect to your server"). That the
 * challenge is a fresh one and that the key is a new one is for the caller to see to.
 *
 * @throws Fault INVALID_ATTESTATION for what cannot be read, ATTESTATION_EXPIRED for certificates of the past,
 *   ATTESTATION_FAILED for everything else.
 */
export function verifyAppleAttestation(
  { attestation, keyId, clientDataHash }: GivenAttestation,
  { teamId, bundleIds, allowDevelopment }: AcceptedBuilds,
  { nowMs, roots }: TrustNow,
): AttestedKey {
  const { certificates, receipt, authData } = readAttestation(attestation)
  const leaf = verifyChain(certificates, roots, nowMs)
  // From here on everything is Apple's word: the nonce covers the authenticator data.
  checkNonce(leaf, sha256(authData, clientDataHash))
  const key = p256KeyOf(leaf)
  if (!sha256(key.point).equals(keyId)) {
    throw failed(
      'the key id is not the certified key’s',
      'Send the key id that generateKey returned with its attestation.',
    )
  }
  const { rpIdHash, counter, behind } = readAuthenticatorData(authData)
  const bundleId = bundleIdOf(rpIdHash, teamId, bundleIds)
  if (counter !== 0) throw failed('the key was used before')
  const credential = readCredential(behind)
  const environment = environmentOf(credential.aaguid, allowDevelopment)
  if (!credential.id.equals(keyId)) throw failed('the credential id is not the key id')
  if (!credential.behind.subarray(0, key.cose.length).equals(key.cose)) {
    throw failed('the credential’s key is not the certified one')
  }
  checkExtensions(credential.behind.subarray(key.cose.length))
  return { keyId, publicKey: key.spki, bundleId, environment, receipt }
}

interface Attestation {
  /** DER, leaf first. */
  readonly certificates: readonly Buffer[]
  readonly receipt: Buffer
  readonly authData: Buffer
}

/** Names that are not known are passed over: nothing is concluded from them. */
function readAttestation(bytes: Buffer): Attestation {
  const attestation = readCborMap(bytes)
  if (attestation.get('fmt') !== FORMAT) throw new Fault('INVALID_ATTESTATION', 'another format')
  const statement = mapOf(attestation.get('attStmt'))
  return {
    certificates: listOf(statement.get('x5c')).map(bytesOf),
    receipt: bytesOf(statement.get('receipt')),
    authData: bytesOf(attestation.get('authData')),
  }
}

function environmentOf(aaguid: Buffer, allowDevelopment: boolean): AppleEnvironment {
  const environment = ENVIRONMENTS[aaguid.toString('hex')]
  if (!environment) throw failed('the AAGUID is not one of App Attest')
  if (environment === 'production' || allowDevelopment) return environment
  throw failed(
    'the key is of the development environment',
    'This build is signed for development. Use a debug token in development, or have an owner or admin set attestation.apple.allowDevelopment.',
  )
}

function sha256(...parts: readonly Buffer[]): Buffer {
  return createHash('sha256').update(Buffer.concat(parts)).digest()
}

function failed(detail: string, say?: string): Fault {
  return new Fault('ATTESTATION_FAILED', detail, say === undefined ? {} : { say })
}
