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
  /** ARN of the master key. Always named, in Decrypt too: otherwise KMS would take any key that the blob names. */
  readonly keyArn: string
  /** Master keys that may have wrapped what is stored, before or after a change: tried when `keyArn` did not. */
  readonly otherKeyArns: readonly string[]
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

const ANOTHER_KEY = 'IncorrectKeyException'
/** KMS's words for "these bytes, with this key and context, do not authenticate". Everything else is an outage. */
const DOES_NOT_AUTHENTICATE = new Set(['InvalidCiphertextException', ANOTHER_KEY])

export function awsKms(target: AwsKmsTarget): KeyService {
  const client = new KMSClient(clientConfig(target))
  const { keyArn } = target
  const known = [keyArn, ...target.otherKeyArns]

  /** Asks under one master key after the other, until one is not refused as another's. */
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
    // Else the SDK looks for one by itself, in variables and in files of its own, and takes one without TLS.
    ignoreConfiguredEndpointUrls: true,
    // Between attempts the SDK backs off with jitter, longer where it was throttled.
    maxAttempts: LIMITS.attemptsMax,
    // Without `throwOnRequestTimeout` the SDK only writes a warning, and goes on waiting.
    requestHandler: {
      // Said, so that no variable says otherwise (NODE_TLS_REJECT_UNAUTHORIZED).
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
