import { createPrivateKey, generateKeyPairSync, type JsonWebKey, randomBytes } from 'node:crypto'
import { inspect } from 'node:util'
import { describe, expect, it } from '@jest/globals'
import { Fault } from '@protectmyapi/service-kit/faults'
import { serviceAccountFile } from '../../test/service-account-file.js'
import { checkCredential } from './check-credential.js'
import { CredentialInput } from './credential-schemas.js'
import { openCredential, sealedForm } from './sealed-credential.js'

const spkiOf = (namedCurve: string) =>
  generateKeyPairSync('ec', { namedCurve }).publicKey.export({ format: 'der', type: 'spki' }).toString('base64')
const privateKeyOf = (modulusLength: number, publicExponent = 0x10001) =>
  generateKeyPairSync('rsa', { modulusLength, publicExponent }).privateKey.export({ format: 'pem', type: 'pkcs8' })

/** A genuine key with other numbers in some places: it parses, and OpenSSL checks none of them. */
const alteredKey = (changes: JsonWebKey) => {
  const jwk = generateKeyPairSync('rsa', { modulusLength: 2_048 }).privateKey.export({ format: 'jwk' })
  return createPrivateKey({ key: { ...jwk, ...changes }, format: 'jwk' }).export({ format: 'pem', type: 'pkcs8' })
}
/** An odd number whose highest bit is set. */
const madeUp = (bytes: number) => {
  const number = randomBytes(bytes)
  number.writeUInt8(number.readUInt8(0) | 0x80, 0)
  number.writeUInt8(number.readUInt8(bytes - 1) | 0x01, bytes - 1)
  return number.toString('base64url')
}
const madeUpKey = () =>
  alteredKey({ p: madeUp(128), q: madeUp(128), d: madeUp(256), dp: madeUp(128), dq: madeUp(128), qi: madeUp(128) })
const ecPrivateKey = generateKeyPairSync('ec', { namedCurve: 'P-256' }).privateKey.export({
  format: 'pem',
  type: 'pkcs8',
})

const decryptionKey = randomBytes(32).toString('base64')
const verificationKey = spkiOf('P-256')
const keys = (fields: object = {}) => ({ kind: 'response-keys', decryptionKey, verificationKey, ...fields })
const account = (json: string) => ({ kind: 'service-account', json })

const check = (body: object) => checkCredential(CredentialInput.parse(body))
const opened = (body: object) => openCredential('app_1', sealedForm('app_1', check(body)).reveal())

/** The one complaint of the refusal. */
function complaint(body: object): { pointer: string; detail: string } | undefined {
  try {
    check(body)
    return undefined
  } catch (thrown) {
    if (!(thrown instanceof Fault) || thrown.code !== 'INVALID_REQUEST') throw thrown
    return thrown.details.errors?.[0]
  }
}

describe('response keys', () => {
  it('open as the keys that were entered', () => {
    const credential = opened(keys())
    if (credential.kind !== 'response-keys') throw new Error('another kind')
    expect(credential.decryptionKey.export().toString('base64')).toBe(decryptionKey)
    expect(credential.verificationKey.export({ format: 'der', type: 'spki' }).toString('base64')).toBe(verificationKey)
  })

  it('open as the keys that were entered when the decryption key holds line feeds', () => {
    const key = Buffer.alloc(32, '\n').toString('base64')
    const credential = opened(keys({ decryptionKey: key }))
    if (credential.kind !== 'response-keys') throw new Error('another kind')
    expect(credential.decryptionKey.export().toString('base64')).toBe(key)
  })

  it.each([
    ['of 31 bytes', randomBytes(31).toString('base64')],
    ['of 33 bytes', randomBytes(33).toString('base64')],
    ['in hexadecimal digits', randomBytes(32).toString('hex')],
    ['in base64url', Buffer.alloc(32, 0xff).toString('base64url')],
    ['without padding', decryptionKey.slice(0, -1)],
    ['with a line feed', `${decryptionKey}\n`],
    ['with bits behind its end', `${Buffer.alloc(32).toString('base64').slice(0, -2)}B=`],
  ])('are refused with a decryption key %s', (_, key) => {
    expect(complaint(keys({ decryptionKey: key }))?.pointer).toBe('/decryptionKey')
  })

  it.each([
    ['on another curve', spkiOf('P-384')],
    ['on a curve of the same size', spkiOf('secp256k1')],
    [
      'for RSA',
      generateKeyPairSync('rsa', { modulusLength: 1_024 })
        .publicKey.export({ format: 'der', type: 'spki' })
        .toString('base64'),
    ],
    ['that is none', Buffer.from('none').toString('base64')],
    ['cut off', verificationKey.slice(0, 80)],
    ['in PEM', `-----BEGIN PUBLIC KEY-----\n${verificationKey}\n-----END PUBLIC KEY-----`],
  ])('are refused with a verification key %s', (_, key) => {
    expect(complaint(keys({ verificationKey: key }))?.pointer).toBe('/verificationKey')
  })
})

describe('a service account', () => {
  it('opens as its address and its private key', () => {
    const file = serviceAccountFile()
    const credential = opened(account(file))
    if (credential.kind !== 'service-account') throw new Error('another kind')
    expect(credential.clientEmail).toBe('attestation@example.iam.gserviceaccount.com')
    expect(credential.privateKey.export({ format: 'pem', type: 'pkcs8' })).toBe(JSON.parse(file).private_key)
  })

  it.each([
    ['type', { type: 'authorized_user' }],
    ['type', { type: undefined }],
    ['client_email', { client_email: undefined }],
    ['client_email', { client_email: 'nobody' }],
    ['private_key', { private_key: undefined }],
    ['private_key', { private_key: 'none' }],
    ['private_key', { private_key: ecPrivateKey }],
    ['private_key', { private_key: privateKeyOf(1_024) }],
    ['private_key', { private_key: privateKeyOf(4_104) }],
    ['private_key', { private_key: privateKeyOf(2_048, 3) }],
    ['private_key', { private_key: madeUpKey() }],
    ['private_key', { private_key: alteredKey({ d: madeUp(1_600) }) }],
    ['token_uri', { token_uri: undefined }],
    ['token_uri', { token_uri: 'https://accounts.google.com/o/oauth2/token' }],
    ['token_uri', { token_uri: 'https://oauth2.googleapis.com/token/' }],
    ['token_uri', { token_uri: 'http://oauth2.googleapis.com/token' }],
  ])('is refused, with the name of the field, for another %s (case %#)', (field, fields) => {
    const said = complaint(account(serviceAccountFile(fields)))
    expect(said).toEqual({ pointer: '/json', detail: expect.stringContaining(`file’s ${field}`) })
  })

  it('is accepted with a key of 4,096 bits', () => {
    expect(complaint(account(serviceAccountFile({ private_key: privateKeyOf(4_096) })))).toBeUndefined()
  })

  it.each(['{', '[]', 'null', '"text"', 'not JSON'])('is refused when its file is %s', (json) => {
    expect(complaint(account(json))).toEqual({ pointer: '/json', detail: expect.stringContaining('not the JSON file') })
  })
})

describe('what is refused', () => {
  it('is named by no part of the values, and an accepted body prints none', () => {
    const secret = 'kept-from-everybody'
    for (const body of [
      keys({ decryptionKey: secret }),
      account(secret),
      account(`{"private_key":"${secret}`),
      account(serviceAccountFile({ private_key: secret })),
      account(serviceAccountFile({ [secret]: secret, token_uri: secret })),
    ]) {
      expect(JSON.stringify(complaint(body))).not.toContain(secret)
      const parsed = CredentialInput.parse(body)
      expect(inspect(parsed, { depth: 9, showHidden: true }) + JSON.stringify(parsed)).not.toContain(secret)
    }
  })
})

describe('sealed bytes', () => {
  const bytes = sealedForm('app_1', check(account(serviceAccountFile()))).reveal()
  const refused = expect.objectContaining({ code: 'SECRET_DECRYPTION_FAILED' })

  it('do not open for another app', () => {
    expect(() => openCredential('app_2', bytes)).toThrow(refused)
  })

  it.each([
    ['nothing', Buffer.alloc(0)],
    ['a value of another purpose', randomBytes(64)],
    ['the line alone', bytes.subarray(0, bytes.indexOf('\n') + 1)],
    ['the key alone', bytes.subarray(bytes.indexOf('\n') + 1)],
    ['a part of the key', bytes.subarray(0, -1)],
  ])('do not open if they are %s', (_, other) => {
    expect(() => openCredential('app_1', other)).toThrow(refused)
  })
})
