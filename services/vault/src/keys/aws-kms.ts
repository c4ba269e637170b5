import { DecryptCommand, GenerateDataKeyCommand, KMSClient, type KMSClientConfig } from '@aws-sdk/client-kms'
import { Fault } from '@protectmyapi/service-kit/faults'
import { contextPairs, type KeyService } from './key-service.js'

export interface AwsKmsTarget {
  /** ARN of the master key. Always named, in Decrypt too: otherwise KMS would take any key that the blob names. */
  readonly keyArn: string
  readonly region: string
  /** Another endpoint than AWS's own, such as LocalStack's or a VPC endpoint. */
  readonly endpoint?: string
}

const LIMITS = {
  connectMs: 500,
  /** KMS answers in 20–300 ms. */
  attemptMs: 1_000,
  attemptsMax: 3,
  /** Attempts, backoff and all: below PutSecret's deadline of 4 s. */
  callMs: 3_500,
  dataKeyBytes: 32,
  /** What Decrypt takes at most. */
  wrappedBytesMax: 6_144,
} as const

/** KMS's words for "these bytes, with this key and context, do not authenticate". Everything else is an outage. */
const DOES_NOT_AUTHENTICATE = new Set(['InvalidCiphertextException', 'IncorrectKeyException'])

export function awsKms(target: AwsKmsTarget): KeyService {
  const client = new KMSClient(clientConfig(target))
  return {
    async generate(context) {
      const command = new GenerateDataKeyCommand({
        KeyId: target.keyArn,
        KeySpec: 'AES_256',
        EncryptionContext: contextPairs(context),
      })
      const answer = await call(() => client.send(command, { abortSignal: AbortSignal.timeout(LIMITS.callMs) }))
      return { dataKey: dataKeyOf(answer.Plaintext), wrappedKey: wrappedKeyOf(answer.CiphertextBlob) }
    },
    async unwrap(wrappedKey, context) {
      const command = new DecryptCommand({
        KeyId: target.keyArn,
        CiphertextBlob: wrappedKey,
        EncryptionContext: contextPairs(context),
        EncryptionAlgorithm: 'SYMMETRIC_DEFAULT',
      })
      const answer = await call(() => client.send(command, { abortSignal: AbortSignal.timeout(LIMITS.callMs) }))
      return dataKeyOf(answer.Plaintext)
    },
  }
}

function clientConfig({ region, endpoint }: AwsKmsTarget): KMSClientConfig {
  return {
    region,
    ...(endpoint === undefined ? {} : { endpoint }),
    maxAttempts: LIMITS.attemptsMax,
    // Without `throwOnRequestTimeout` the SDK only writes a warning, and goes on waiting.
    requestHandler: {
      connectionTimeout: LIMITS.connectMs,
      requestTimeout: LIMITS.attemptMs,
      throwOnRequestTimeout: true,
    },
  }
}

async function call<Answer>(send: () => Promise<Answer>): Promise<Answer> {
  try {
    return await send()
  } catch (cause) {
    const name = cause instanceof Error ? cause.name : 'unknown'
    if (DOES_NOT_AUTHENTICATE.has(name)) {
      throw new Fault('SECRET_DECRYPTION_FAILED', `KMS: ${name}`, { cause })
    }
    throw new Fault('UNAVAILABLE', `KMS: ${name}`, { cause })
  }
}

function dataKeyOf(plaintext: Uint8Array | undefined): Buffer {
  if (plaintext?.length !== LIMITS.dataKeyBytes) throw new Fault('UNAVAILABLE', 'KMS answered without a 32-byte key')
  const dataKey = Buffer.from(plaintext)
  plaintext.fill(0)
  return dataKey
}

function wrappedKeyOf(blob: Uint8Array | undefined): Buffer {
  if (blob === undefined || blob.length === 0 || blob.length > LIMITS.wrappedBytesMax) {
    throw new Fault('UNAVAILABLE', 'KMS answered without a wrapped key')
  }
  return Buffer.from(blob)
}
