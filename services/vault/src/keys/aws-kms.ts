import { types } from 'node:util'
import {
  DecryptCommand,
  GenerateDataKeyCommand,
  KMSClient,
  type KMSClientConfig,
  ReEncryptCommand,
} from '@aws-sdk/client-kms'
import { Fault } from '@protectmyapi/service-kit/faults'
import { contextPairs, type KeyService } from './key-service.js'
import { KmsFault, kmsFaultKind } from './kms-fault.js'

export interface AwsKmsTarget {
  /** ARN of the master key. Always named, in Decrypt too: otherwise KMS would use any key that the blob names. */
  readonly keyArn: string
  /**
   * Master keys under which stored data keys may be wrapped before or after a change: tried if `keyArn` did not wrap
   * them.
   */
  readonly otherKeyArns: readonly string[]
  readonly region: string
  /** An endpoint other than AWS's own, such as LocalStack's or a VPC endpoint. */
  readonly endpoint?: string
}

const LIMITS = {
  connectMs: 500,
  /** KMS answers in 20–300 ms. */
  attemptMs: 1_000,
  attemptsMax: 3,
  /** All attempts with their backoff; below PutSecret's deadline of 4 s. */
  callMs: 3_500,
  dataKeyBytes: 32,
  /** The most that Decrypt accepts. */
  wrappedBytesMax: 6_144,
} as const

const ANOTHER_KEY = 'IncorrectKeyException'
/**
 * KMS's errors for "these bytes do not authenticate with this key and context". Every other error counts as an outage.
 */
const DOES_NOT_AUTHENTICATE = new Set(['InvalidCiphertextException', ANOTHER_KEY])

export function awsKms(target: AwsKmsTarget): KeyService {
  const client = new KMSClient(clientConfig(target))
  const { keyArn } = target
  const known = [keyArn, ...target.otherKeyArns]

  /** Tries one master key after the other, until KMS does not say that the bytes were wrapped under another key. */
  async function underEach<Answer>(ask: (arn: string, abortSignal: AbortSignal) => Promise<Answer>): Promise<Answer> {
    const abortSignal = AbortSignal.timeout(LIMITS.callMs)
    let refusal: unknown
    for (const arn of known) {
      try {
        return await ask(arn, abortSignal)
      } catch (err) {
        if (nameOf(err) !== ANOTHER_KEY) throw toFault(err, arn)
        refusal = err
      }
    }
    throw toFault(refusal, keyArn)
  }

  return {
    masterKey: keyArn,
    async generate(context) {
      const command = new GenerateDataKeyCommand({
        KeyId: keyArn,
        KeySpec: 'AES_256',
        EncryptionContext: contextPairs(context),
      })
      const answer = await client.send(command, { abortSignal: AbortSignal.timeout(LIMITS.callMs) }).catch((err) => {
        throw toFault(err, keyArn)
      })
      return { dataKey: dataKeyOf(answer.Plaintext), wrappedKey: wrappedKeyOf(answer.CiphertextBlob) }
    },
    async unwrap(wrappedKey, context) {
      const asked = {
        CiphertextBlob: wrappedKey,
        EncryptionContext: contextPairs(context),
        EncryptionAlgorithm: 'SYMMETRIC_DEFAULT',
      } as const
      const answer = await underEach((KeyId, abortSignal) =>
        client.send(new DecryptCommand({ ...asked, KeyId }), { abortSignal }),
      )
      return dataKeyOf(answer.Plaintext)
    },
    async rewrap(wrappedKey, context) {
      const pairs = contextPairs(context)
      const asked = {
        CiphertextBlob: wrappedKey,
        SourceEncryptionContext: pairs,
        SourceEncryptionAlgorithm: 'SYMMETRIC_DEFAULT',
        DestinationKeyId: keyArn,
        DestinationEncryptionContext: pairs,
        DestinationEncryptionAlgorithm: 'SYMMETRIC_DEFAULT',
      } as const
      const answer = await underEach((SourceKeyId, abortSignal) =>
        client.send(new ReEncryptCommand({ ...asked, SourceKeyId }), { abortSignal }),
      )
      return wrappedKeyOf(answer.CiphertextBlob)
    },
  }
}

function clientConfig({ region, endpoint }: AwsKmsTarget): KMSClientConfig {
  return {
    region,
    ...(endpoint === undefined ? {} : { endpoint }),
    // Otherwise the SDK takes an endpoint from variables and files of its own, even one without TLS.
    ignoreConfiguredEndpointUrls: true,
    // Between attempts the SDK backs off with jitter, longer if it was throttled.
    maxAttempts: LIMITS.attemptsMax,
    // Without `throwOnRequestTimeout` the SDK only logs a warning and keeps waiting.
    requestHandler: {
      // Set explicitly, so that the environment (NODE_TLS_REJECT_UNAUTHORIZED) cannot disable it.
      httpsAgent: { rejectUnauthorized: true },
      connectionTimeout: LIMITS.connectMs,
      requestTimeout: LIMITS.attemptMs,
      throwOnRequestTimeout: true,
    },
  }
}

function nameOf(thrown: unknown): string {
  return types.isNativeError(thrown) ? thrown.name : 'unknown'
}

function toFault(cause: unknown, keyArn: string): Fault {
  const name = nameOf(cause)
  if (DOES_NOT_AUTHENTICATE.has(name)) return new Fault('SECRET_DECRYPTION_FAILED', `KMS: ${name}`, { cause })
  return new KmsFault(kmsFaultKind(cause, keyArn), name, { cause })
}

function dataKeyOf(plaintext: Uint8Array | undefined): Buffer {
  if (plaintext?.length !== LIMITS.dataKeyBytes) throw new KmsFault('failing', 'an answer without a 32-byte key')
  const dataKey = Buffer.from(plaintext)
  plaintext.fill(0)
  return dataKey
}

function wrappedKeyOf(blob: Uint8Array | undefined): Buffer {
  if (blob === undefined || blob.length === 0 || blob.length > LIMITS.wrappedBytesMax) {
    throw new KmsFault('failing', 'an answer without a wrapped key')
  }
  return Buffer.from(blob)
}
