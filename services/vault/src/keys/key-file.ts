import { createHash, randomBytes } from 'node:crypto'
import { type FileHandle, open } from 'node:fs/promises'
import { joinInjectively } from '@protectmyapi/service-kit/bytes'
import { aesGcmOpen, aesGcmSeal, KEY_BYTES, NONCE_BYTES, TAG_BYTES } from '@protectmyapi/service-kit/crypto/aes-gcm'
import { Fault } from '@protectmyapi/service-kit/faults'
import { EnvironmentError } from '@protectmyapi/service-kit/program/config'
import { contextPairs, type KeyContext, type KeyService } from './key-service.js'

const FORMAT_VERSION = 1
const WRAPPED_BYTES = 1 + NONCE_BYTES + KEY_BYTES + TAG_BYTES
/** 32 bytes in base64, with its padding: `openssl rand -base64 32`. */
const KEY_TEXT = /^[A-Za-z0-9+/]{43}=\r?\n?$/
const FILE_BYTES_MAX = 64
const FINGERPRINT_CHARS = 16

/**
 * A master key in a file, for development and for single machines without a KMS. Data keys wrapped before a change are
 * unwrapped by the keys in the other files.
 *
 * @throws EnvironmentError unless each file is a regular one and holds 32 bytes in base64, and either belongs to this
 * process's user and is closed to all others, or belongs to root and is at most readable by a group (as a Kubernetes
 * Secret is handed to a pod's own group).
 */
export async function keyFile(path: string, otherPaths: readonly string[] = []): Promise<KeyService> {
  const masterKey = await readMasterKey(path)
  const known = [masterKey, ...(await Promise.all(otherPaths.map(readMasterKey)))]
  return {
    masterKey: fingerprintOf(masterKey),
    async generate(context) {
      const dataKey = randomBytes(KEY_BYTES)
      return { dataKey, wrappedKey: wrap(masterKey, dataKey, context) }
    },
    unwrap: async (wrappedKey, context) => unwrap(known, wrappedKey, context),
    async rewrap(wrappedKey, context) {
      const dataKey = unwrap(known, wrappedKey, context)
      try {
        return wrap(masterKey, dataKey, context)
      } finally {
        dataKey.fill(0)
      }
    },
  }
}

/** A name for the key. The key cannot be found from it, because the key is 32 random bytes. */
function fingerprintOf(masterKey: Buffer): string {
  const digest = createHash('sha256').update('protectmyapi/vault/1/key-file').update(masterKey).digest('hex')
  return `file:${digest.slice(0, FINGERPRINT_CHARS)}`
}

function wrap(masterKey: Buffer, dataKey: Buffer, context: KeyContext): Buffer {
  // Random nonces under one key are safe up to 2^32 wrappings; there is one wrapping per organization and rotation.
  const nonce = randomBytes(NONCE_BYTES)
  const { ciphertext, tag } = aesGcmSeal(masterKey, nonce, dataKey, contextBytes(context))
  return Buffer.concat([Buffer.from([FORMAT_VERSION]), nonce, ciphertext, tag])
}

function unwrap(known: readonly Buffer[], wrappedKey: Uint8Array, context: KeyContext): Buffer {
  const bytes = Buffer.from(wrappedKey)
  const refuse = () => new Fault('SECRET_DECRYPTION_FAILED', 'key file: a wrapped key did not authenticate')
  if (bytes.length !== WRAPPED_BYTES || bytes[0] !== FORMAT_VERSION) throw refuse()
  const nonce = bytes.subarray(1, 1 + NONCE_BYTES)
  const ciphertext = bytes.subarray(1 + NONCE_BYTES, -TAG_BYTES)
  for (const masterKey of known) {
    try {
      return aesGcmOpen(masterKey, nonce, { ciphertext, tag: bytes.subarray(-TAG_BYTES) }, contextBytes(context))
    } catch {
      // Wrapped under another key, or altered: that is known only once the last key has failed.
    }
  }
  throw refuse()
}

function contextBytes(context: KeyContext): Buffer {
  return joinInjectively([Buffer.from([FORMAT_VERSION]), ...Object.entries(contextPairs(context)).flat()])
}

async function readMasterKey(path: string): Promise<Buffer> {
  const refuse = (what: string) => new EnvironmentError([`PMA_KMS_KEY_FILE: ${path} ${what}`])
  const file = await open(path).catch((cause: unknown) => {
    throw refuse(`cannot be opened: ${cause instanceof Error ? cause.message : String(cause)}`)
  })
  try {
    // Checks the open file, not the path, so that the file cannot be swapped between check and read.
    const { mode, uid, size } = await checkedStat(file, refuse)
    const isOurs = uid === process.geteuid?.()
    if (!isOurs && uid !== 0) throw refuse('belongs to another user than this process runs as')
    if ((mode & (isOurs ? 0o077 : 0o037)) !== 0) throw refuse(`is open to other users: chmod ${isOurs ? 600 : 440}`)
    if (size > FILE_BYTES_MAX) throw refuse('is too long: 32 bytes in base64 are expected')
    const text = await file.readFile('latin1')
    if (!KEY_TEXT.test(text)) throw refuse('does not hold 32 bytes in base64 (openssl rand -base64 32)')
    return Buffer.from(text, 'base64')
  } finally {
    await file.close()
  }
}

async function checkedStat(file: FileHandle, refuse: (what: string) => EnvironmentError) {
  const stat = await file.stat()
  if (!stat.isFile()) throw refuse('is not a regular file')
  return stat
}
