import { Fault } from '@protectmyapi/service-kit/faults'
import { readCborMap } from './cbor.js'

/** What an attestation and an assertion say of the key (WebAuthn § 6.1). */
export interface AuthenticatorData {
  /** SHA-256 of the team id, a period and the bundle id. */
  readonly rpIdHash: Buffer
  readonly counter: number
  /** What follows the counter. */
  readonly behind: Buffer
}

/** The key of an attestation (WebAuthn § 6.5.1). */
export interface AttestedCredential {
  readonly aaguid: Buffer
  readonly id: Buffer
  /** The key in COSE, and what follows it. */
  readonly behind: Buffer
}

/** Where the fields begin or end. */
const OFFSETS = { flags: 32, counter: 33, counterEnd: 37 } as const
const CREDENTIAL_OFFSETS = { idLength: 16, id: 18, idEnd: 50 } as const

/**
 * The flags are not read: macOS 27 leaves the flag of extensions clear where there are extensions, and keeps the flag of
 * a credential where there is none.
 *
 * @throws Fault INVALID_ATTESTATION.
 */
export function readAuthenticatorData(bytes: Buffer): AuthenticatorData {
  if (bytes.length < OFFSETS.counterEnd) throw unreadable('too short')
  return {
    rpIdHash: bytes.subarray(0, OFFSETS.flags),
    counter: bytes.readUInt32BE(OFFSETS.counter),
    behind: bytes.subarray(OFFSETS.counterEnd),
  }
}

/** @throws Fault INVALID_ATTESTATION. */
export function readCredential(bytes: Buffer): AttestedCredential {
  if (bytes.length < CREDENTIAL_OFFSETS.idEnd) throw unreadable('too short for a key')
  const idLength = CREDENTIAL_OFFSETS.idEnd - CREDENTIAL_OFFSETS.id
  if (bytes.readUInt16BE(CREDENTIAL_OFFSETS.idLength) !== idLength) throw unreadable('a key id of another length')
  return {
    aaguid: bytes.subarray(0, CREDENTIAL_OFFSETS.idLength),
    id: bytes.subarray(CREDENTIAL_OFFSETS.id, CREDENTIAL_OFFSETS.idEnd),
    behind: bytes.subarray(CREDENTIAL_OFFSETS.idEnd),
  }
}

/**
 * From iOS 27 and macOS 27 on, a map follows with the bundle's version and how the app was signed. It is read, so that
 * nothing else stands there, and not judged.
 *
 * @throws Fault INVALID_ATTESTATION.
 */
export function checkExtensions(bytes: Buffer): void {
  if (bytes.length > 0) readCborMap(bytes)
}

function unreadable(detail: string): Fault {
  return new Fault('INVALID_ATTESTATION', `authenticator data: ${detail}`)
}
