import { createHash, generateKeyPairSync, type KeyObject, randomBytes, sign } from 'node:crypto'
import {
  createDeviceAuthority,
  type DeviceAuthority,
  type DeviceCertificate,
} from '../certificates/device-authority.js'
import { encodeCbor } from './encode-cbor.js'

/** A device with App Attest, certified by an authority of its own. */
export interface AppleDevice {
  /** PEM. */
  readonly rootPem: string
  /** Makes a key and has it certified for the challenge. */
  attest(challenge: string, appId: string, altered?: AlteredAttestation): Promise<AttestedByDevice>
  /** Signs the challenge with the key that was made last, and counts. */
  assert(challenge: string, altered?: (data: Buffer) => Buffer): Buffer
}

export interface AttestedByDevice extends AttestationParts {
  readonly keyId: Buffer
  readonly attestation: Buffer
}

export interface AttestationParts {
  /** DER, leaf first. */
  readonly certificates: readonly Buffer[]
  readonly receipt: Buffer
  readonly authData: Buffer
}

/** What is certified and should not be. */
export interface AlteredAttestation {
  readonly authData?: (genuine: Buffer) => Buffer
  readonly leaf?: (genuine: DeviceCertificate) => DeviceCertificate
  readonly curve?: 'P-384'
}

export interface AppleDeviceSettings {
  readonly authority?: DeviceAuthority
  readonly environment?: 'production' | 'development'
  /** Whether its system describes the app behind the authenticator data, as iOS 27 does. */
  readonly describesApp?: boolean
}

const NONCE_EXTENSION = '1.2.840.113635.100.8.2'

/** What iOS 27 says of an app that came from the App Store. */
const DESCRIPTION = encodeCbor(
  new Map([
    ['apple_bundle_version_01', '42'],
    ['apple_validation_category_01', Buffer.from([4, 0, 0, 0])],
  ] as [string, string | Buffer][]),
)

export async function createAppleDevice(settings: AppleDeviceSettings = {}): Promise<AppleDevice> {
  const { environment = 'production', describesApp = false } = settings
  const authority = settings.authority ?? (await createDeviceAuthority())
  const aaguid = Buffer.alloc(16)
  aaguid.write(environment === 'production' ? 'appattest' : 'appattestdevelop')
  const description = describesApp ? DESCRIPTION : Buffer.alloc(0)
  let key: { readonly privateKey: KeyObject; readonly appId: string; counter: number } | undefined

  return {
    rootPem: authority.rootPem,
    async attest(challenge, appId, { authData: alter = same, leaf = same, curve = 'P-256' } = {}) {
      const { publicKey, privateKey } = generateKeyPairSync('ec', { namedCurve: curve })
      key = { privateKey, appId, counter: 0 }
      const point = pointOf(publicKey)
      const keyId = sha256(point)
      const credential = Buffer.concat([aaguid, Buffer.from([0, keyId.length]), keyId, coseOf(point)])
      const authData = alter(Buffer.concat([headOf(appId, 0), credential, description]))
      const nonce = sha256(authData, sha256(Buffer.from(challenge)))
      const value = Buffer.concat([Buffer.from('3024a1220420', 'hex'), nonce])
      const certificate = leaf({ extensions: [{ id: NONCE_EXTENSION, value }] })
      const spki = publicKey.export({ format: 'der', type: 'spki' })
      const certificates = [await authority.certify(spki, certificate), authority.intermediate]
      const parts = { certificates, receipt: randomBytes(64), authData }
      return { keyId, attestation: encodeAttestation(parts), ...parts }
    },
    assert(challenge, alter = same) {
      if (!key) throw new Error('no key was made')
      key.counter += 1
      const data = alter(Buffer.concat([headOf(key.appId, key.counter), description]))
      const signature = sign('sha256', sha256(data, sha256(Buffer.from(challenge))), key.privateKey)
      return encodeCbor(
        new Map([
          ['signature', signature],
          ['authenticatorData', data],
        ]),
      )
    },
  }
}

export function encodeAttestation({ certificates, receipt, authData }: AttestationParts): Buffer {
  const statement = new Map<string, Buffer | Buffer[]>([
    ['x5c', [...certificates]],
    ['receipt', receipt],
  ])
  return encodeCbor(
    new Map<string, string | typeof statement | Buffer>([
      ['fmt', 'apple-appattest'],
      ['attStmt', statement],
      ['authData', authData],
    ]),
  )
}

const same = <T>(genuine: T): T => genuine

/** The hash of the app's id, the flag of a credential, the counter. */
function headOf(appId: string, counter: number): Buffer {
  const flagsAndCounter = Buffer.from([0x40, 0, 0, 0, 0])
  flagsAndCounter.writeUInt32BE(counter, 1)
  return Buffer.concat([sha256(Buffer.from(appId)), flagsAndCounter])
}

/** Uncompressed. */
function pointOf(publicKey: KeyObject): Buffer {
  const { x = '', y = '' } = publicKey.export({ format: 'jwk' })
  return Buffer.concat([Buffer.from([4]), Buffer.from(x, 'base64url'), Buffer.from(y, 'base64url')])
}

/** The COSE_Key {1: 2, 3: -7, -1: 1, -2: x, -3: y}. */
function coseOf(point: Buffer): Buffer {
  const half = (point.length - 1) / 2
  const x = encodeCbor(point.subarray(1, 1 + half))
  const y = encodeCbor(point.subarray(1 + half))
  return Buffer.concat([Buffer.from('a501020326200121', 'hex'), x, Buffer.from('22', 'hex'), y])
}

const sha256 = (...parts: readonly Buffer[]): Buffer => createHash('sha256').update(Buffer.concat(parts)).digest()
