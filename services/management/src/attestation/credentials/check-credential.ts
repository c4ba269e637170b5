import { createHash, createPrivateKey, createPublicKey, type KeyObject, sign, verify } from 'node:crypto'
import { SecretBytes, type SecretText } from '@protectmyapi/service-kit/crypto/secret-text'
import { Fault } from '@protectmyapi/service-kit/faults'
import { z } from 'zod'
import type { CredentialInput } from './credential-schemas.js'

const DECRYPTION_KEY_BYTES = 32
const RSA = {
  /** Google makes keys of 2,048 bits. A signature by a much larger one would hold up the process. */
  bitsMin: 2_048,
  bitsMax: 4_096,
  publicExponent: 65_537n,
  /** PKCS #8 of the largest modulus. A private exponent much longer than the modulus would make signing as slow. */
  bytesMax: 2_400,
} as const

/** The only place where an account’s key is exchanged for an access token: any other would be a way to other servers. */
export const TOKEN_URI = 'https://oauth2.googleapis.com/token'

/** A credential that can be used. `secret` is the caller's, who wipes it. */
export type CheckedCredential =
  | {
      readonly kind: 'response-keys'
      /** SHA-256 of the verification key, in hexadecimal digits. */
      readonly identity: string
      /** SPKI, DER. */
      readonly verificationKey: Buffer
      /** The decryption key. */
      readonly secret: SecretBytes
    }
  | {
      readonly kind: 'service-account'
      /** E-mail address of the account. */
      readonly identity: string
      /** The account's private key: PKCS #8, DER. */
      readonly secret: SecretBytes
    }

/** @throws Fault INVALID_REQUEST that says what to correct, and nothing of the values. */
export function checkCredential(given: CredentialInput): CheckedCredential {
  return given.kind === 'response-keys' ? checkResponseKeys(given) : checkServiceAccount(given.json)
}

function checkResponseKeys({
  decryptionKey,
  verificationKey,
}: Extract<CredentialInput, { kind: 'response-keys' }>): CheckedCredential {
  const spki = publicKeyOf(verificationKey)
  const secret = bytesOf(decryptionKey.reveal())
  if (secret?.length !== DECRYPTION_KEY_BYTES) {
    secret?.fill(0)
    throw invalid('/decryptionKey', 'Give the decryption key as the Play Console shows it: 32 bytes in base64.')
  }
  return {
    kind: 'response-keys',
    identity: createHash('sha256').update(spki).digest('hex'),
    verificationKey: spki,
    secret: new SecretBytes(secret),
  }
}

/** The key in its one DER form. */
function publicKeyOf(text: string): Buffer {
  const key = orUnreadable(() =>
    createPublicKey({ key: bytesOf(text) ?? Buffer.alloc(0), format: 'der', type: 'spki' }),
  )
  if (key?.asymmetricKeyType !== 'ec' || key.asymmetricKeyDetails?.namedCurve !== 'prime256v1')
    throw invalid(
      '/verificationKey',
      'Give the verification key as the Play Console shows it: a P-256 public key in base64, without PEM lines.',
    )
  return key.export({ format: 'der', type: 'spki' })
}

/** Undefined for what is not canonical base64 (RFC 4648 § 4). */
function bytesOf(text: string): Buffer | undefined {
  const bytes = Buffer.from(text, 'base64')
  if (bytes.toString('base64') === text) return bytes
  bytes.fill(0)
  return undefined
}

const EMAIL_CHARS_MAX = 254
const ServiceAccountFile = z.object({
  type: z.literal('service_account'),
  client_email: z.email().max(EMAIL_CHARS_MAX),
  private_key: z.string(),
  token_uri: z.literal(TOKEN_URI),
})

const WRONG_FIELD = {
  type: 'The file’s type has to be service_account. Create a JSON key for a service account in the Google Cloud console, and send that file.',
  client_email: 'The file’s client_email has to be an e-mail address. Send the file as Google made it.',
  private_key:
    'The file’s private_key has to be an RSA key of 2,048 to 4,096 bits in PEM, whose parts belong together. Send the file as Google made it.',
  token_uri: `The file’s token_uri has to be ${TOKEN_URI}. Keys of other issuers are not supported.`,
} as const

function checkServiceAccount(json: SecretText): CheckedCredential {
  const file = ServiceAccountFile.safeParse(orUnreadable((): unknown => JSON.parse(json.reveal())))
  if (!file.success) throw invalid('/json', whatIsWrong(file.error))
  const { client_email, private_key } = file.data
  const key = orUnreadable(() => createPrivateKey(private_key))
  if (!isRsa(key)) throw invalid('/json', WRONG_FIELD.private_key)
  const secret = new SecretBytes(key.export({ format: 'der', type: 'pkcs8' }))
  if (secret.reveal().length > RSA.bytesMax || !signs(key)) {
    secret.wipe()
    throw invalid('/json', WRONG_FIELD.private_key)
  }
  return { kind: 'service-account', identity: client_email, secret }
}

function isRsa(key: KeyObject | undefined): key is KeyObject {
  if (key?.asymmetricKeyType !== 'rsa') return false
  const { modulusLength: bits = 0, publicExponent } = key.asymmetricKeyDetails ?? {}
  return bits >= RSA.bitsMin && bits <= RSA.bitsMax && publicExponent === RSA.publicExponent
}

/** Numbers that were made up parse as a key. They sign nothing, and take four times as long about it. */
function signs(key: KeyObject): boolean {
  const trial = Buffer.from('trial')
  return orUnreadable(() => verify('sha256', trial, createPublicKey(key), sign('sha256', trial, key))) ?? false
}

/** Of the schema's complaint only the field's name is used: the rest could hold parts of the file. */
function whatIsWrong({ issues }: z.ZodError): string {
  const field = issues[0]?.path[0]
  const known = Object.keys(WRONG_FIELD).find((name): name is keyof typeof WRONG_FIELD => name === field)
  return known
    ? WRONG_FIELD[known]
    : 'This is not the JSON file of a service account. Send the text of the file as Google made it.'
}

/** What the parsers say of unreadable input can quote it, so it is dropped. */
function orUnreadable<T>(read: () => T): T | undefined {
  try {
    return read()
  } catch {
    return undefined
  }
}

const invalid = (pointer: string, detail: string): Fault =>
  new Fault('INVALID_REQUEST', `an attestation credential with an invalid ${pointer}`, {
    errors: [{ pointer, detail }],
  })
