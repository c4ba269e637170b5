import { createServer, type Server } from 'node:net'
import { CreateKeyCommand, DisableKeyCommand, KMSClient, ScheduleKeyDeletionCommand } from '@aws-sdk/client-kms'
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals'
import { awsKms } from './aws-kms.js'
import { keyServiceContract } from './key-service.contract.js'
import type { KeyService } from './key-service.js'

const ENDPOINT = process.env.LOCALSTACK_ENDPOINT
const CONTEXT = { installationId: 'ins_a', organizationId: 'org_a', keyId: 'key_a', keyVersion: 1 }

/** LocalStack takes any credentials; the SDK wants some. */
process.env.AWS_ACCESS_KEY_ID ??= 'test'
process.env.AWS_SECRET_ACCESS_KEY ??= 'test'

if (ENDPOINT === undefined && process.env.CI !== 'true') {
  process.stdout.write('AWS KMS: contract not run, LOCALSTACK_ENDPOINT is not set\n')
}
const withLocalStack = ENDPOINT === undefined && process.env.CI !== 'true' ? describe.skip : describe

withLocalStack('AWS KMS, by LocalStack', () => {
  const region = 'us-east-1'
  const endpoint = ENDPOINT ?? 'http://LOCALSTACK_ENDPOINT-is-not-set'
  const admin = new KMSClient({ region, endpoint })
  const newKeyArn = async (): Promise<string> => (await admin.send(new CreateKeyCommand({}))).KeyMetadata?.Arn ?? ''
  let keys: KeyService

  beforeAll(async () => {
    keys = awsKms({ keyArn: await newKeyArn(), otherKeyArns: [], region, endpoint })
    // The first call loads the SDK's credential providers, which is slow under jest.
  }, 30_000)

  keyServiceContract(
    'AWS KMS',
    () => keys,
    async () => awsKms({ keyArn: await newKeyArn(), otherKeyArns: [keys.masterKey], region, endpoint }),
  )

  it('names its master key in Decrypt: what another key wrapped is refused', async () => {
    const other = awsKms({ keyArn: await newKeyArn(), otherKeyArns: [], region, endpoint })
    const { wrappedKey } = await other.generate(CONTEXT)
    await expect(keys.unwrap(wrappedKey, CONTEXT)).rejects.toMatchObject({ code: 'SECRET_DECRYPTION_FAILED' })
  })

  it('calls a disabled master key an outage, not altered bytes', async () => {
    const keyArn = await newKeyArn()
    const disabled = awsKms({ keyArn, otherKeyArns: [], region, endpoint })
    const { wrappedKey } = await disabled.generate(CONTEXT)
    await admin.send(new DisableKeyCommand({ KeyId: keyArn }))
    const refused = { code: 'UNAVAILABLE', kind: 'disabled' }
    await expect(disabled.unwrap(wrappedKey, CONTEXT)).rejects.toMatchObject(refused)
    await expect(disabled.generate(CONTEXT)).rejects.toMatchObject(refused)
  })

  it('calls a master key that waits for its deletion an outage, which can be mended', async () => {
    const keyArn = await newKeyArn()
    const doomed = awsKms({ keyArn, otherKeyArns: [], region, endpoint })
    const { wrappedKey } = await doomed.generate(CONTEXT)
    await admin.send(new ScheduleKeyDeletionCommand({ KeyId: keyArn, PendingWindowInDays: 7 }))
    const refused = { code: 'UNAVAILABLE', kind: 'pending-deletion' }
    await expect(doomed.unwrap(wrappedKey, CONTEXT)).rejects.toMatchObject(refused)
  })

  it('calls a master key of another region an outage: it is not found there', async () => {
    const keyArn = await newKeyArn()
    const elsewhere = awsKms({ keyArn, otherKeyArns: [], region: 'eu-west-1', endpoint })
    await expect(elsewhere.generate(CONTEXT)).rejects.toMatchObject({ code: 'UNAVAILABLE', kind: 'not-found' })
  })
})

describe('AWS KMS that is away', () => {
  let mute: Server
  let port: number

  beforeAll(async () => {
    // Accepts connections and never answers.
    mute = createServer()
    await new Promise<void>((resolve) => mute.listen(0, '127.0.0.1', resolve))
    const address = mute.address()
    port = typeof address === 'object' && address !== null ? address.port : 0
  })
  afterAll(() => {
    mute.close()
  })

  const at = (where: number) =>
    awsKms({
      keyArn: 'arn:aws:kms:us-east-1:000000000000:key/a',
      otherKeyArns: [],
      region: 'us-east-1',
      endpoint: `http://127.0.0.1:${where}`,
    })

  it('is reported as UNAVAILABLE when nothing listens at its address', async () => {
    await expect(at(1).generate(CONTEXT)).rejects.toMatchObject({ code: 'UNAVAILABLE' })
  })

  it('is reported as UNAVAILABLE within 4 s when it accepts connections and never answers', async () => {
    const startedMs = performance.now()
    await expect(at(port).unwrap(Buffer.from('x'), CONTEXT)).rejects.toMatchObject({ code: 'UNAVAILABLE' })
    expect(performance.now() - startedMs).toBeLessThan(4_000)
  }, 10_000)
})
