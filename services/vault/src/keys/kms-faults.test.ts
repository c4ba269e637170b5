import { readFileSync } from 'node:fs'
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals'
import { manualClock } from '@protectmyapi/dev-kit/manual-clock'
import { memoryLog } from '@protectmyapi/dev-kit/memory-log'
import { newId } from '@protectmyapi/service-kit/ids'
import { ACCOUNT, type FakeKms, fakeKms, REGION } from '../test/fake-kms.js'
import { memoryKeys } from '../test/memory-keys.js'
import { createVaultDatabases } from '../test/vault-databases.js'
import { awsKms } from './aws-kms.js'
import { countedKeyService } from './counted-key-service.js'
import { CACHE_LIMITS } from './data-key-cache.js'
import { dataKeys } from './data-keys.js'
import { heldOffKeyService } from './held-off-key-service.js'
import { keyServiceContract } from './key-service.contract.js'
import type { KeyService } from './key-service.js'
import { KMS_FAULTS, KmsFault, type KmsFaultKind } from './kms-fault.js'

const CONTEXT = { installationId: 'ins_a', organizationId: 'org_a', keyId: 'key_a', keyVersion: 1 }

/** The fake takes any credentials; the SDK wants some. */
process.env.AWS_ACCESS_KEY_ID ??= 'test'
process.env.AWS_SECRET_ACCESS_KEY ??= 'test'

let kms: FakeKms
let keys: KeyService
const at = (keyArn: string, otherKeyArns: readonly string[] = [], region = REGION): KeyService =>
  awsKms({ keyArn, otherKeyArns, region, endpoint: kms.endpoint })

beforeAll(async () => {
  kms = await fakeKms()
  keys = at(kms.createKey())
})
afterAll(() => kms.close())

keyServiceContract(
  'AWS KMS, by a fake of its endpoint',
  () => keys,
  async () => at(kms.createKey(), [keys.masterKey]),
)

const notAuthorized = (caller: string) => ({
  status: 400,
  type: 'AccessDeniedException',
  message: `User: arn:aws:sts::${caller}:assumed-role/vault/i-1 is not authorized to perform: kms:Decrypt on resource: x`,
})
const refusal = (type: string, message: string = type, status = 400) => ({ status, type, message })

/** Each fault, with what causes it. */
const CASES: readonly [KmsFaultKind, string, (arn: string) => void][] = [
  ['denied', 'the role may not use the key', () => kms.refuse(notAuthorized(ACCOUNT))],
  ['wrong-account', 'the role is of another account', () => kms.refuse(notAuthorized('222222222222'))],
  ['disabled', 'the key is disabled', (arn) => kms.setState(arn, 'Disabled')],
  ['pending-deletion', 'the key waits for its deletion', (arn) => kms.setState(arn, 'PendingDeletion')],
  ['material-gone', 'the imported material is gone', (arn) => kms.setState(arn, 'PendingImport')],
  [
    'invalid-state',
    'the key is in another state',
    () => kms.refuse(refusal('KMSInvalidStateException', 'it is unavailable.')),
  ],
  [
    'not-found',
    'the key is of another region',
    () => kms.refuse(refusal('NotFoundException', `Invalid arn eu-west-1`)),
  ],
  ['credentials', 'the credentials have expired', () => kms.refuse(refusal('ExpiredTokenException'))],
  ['throttled', 'the KMS throttles', () => kms.refuse(refusal('ThrottlingException', 'Rate exceeded'))],
  ['failing', 'the KMS fails', () => kms.refuse(refusal('KMSInternalException', 'internal', 500))],
  ['slow', 'the KMS does not answer', () => kms.hang(true)],
  ['unreachable', 'nobody listens', () => undefined],
]

describe('a fault of the KMS', () => {
  it('has, for each kind, a case in this test and its remedy in docs/operations.md', () => {
    expect(CASES.map(([kind]) => kind).sort()).toEqual(Object.keys(KMS_FAULTS).sort())
    const operations = readFileSync(new URL('../../../../docs/operations.md', import.meta.url), 'utf8')
    for (const [kind, { mend }] of Object.entries(KMS_FAULTS)) {
      expect(operations).toContain(`\`${kind}\``)
      expect(operations).toContain(mend)
    }
  })

  it.each(CASES)(
    '%s, when %s: answers UNAVAILABLE, logs its remedy, and ends when the cause does',
    async (kind, _when, bring) => {
      const logged = memoryLog()
      const arn = kms.createKey()
      const nowhere = { keyArn: arn, otherKeyArns: [], region: REGION, endpoint: 'http://127.0.0.1:1' }
      const service = kind === 'unreachable' ? awsKms(nowhere) : at(arn)
      const { wrappedKey } = await at(arn).generate(CONTEXT)
      const counted = countedKeyService(service, { log: logged.log, clock: manualClock() }).keys
      bring(arn)
      try {
        const refused = await counted.unwrap(wrappedKey, CONTEXT).then(
          () => undefined,
          (err: unknown) => err,
        )
        expect(refused).toBeInstanceOf(KmsFault)
        expect(refused).toMatchObject({ code: 'UNAVAILABLE', kind })
        const { alarm, mend } = KMS_FAULTS[kind]
        const [call, told, ...more] = logged.lines()
        expect(call).toMatchObject({ event: 'kms.call', outcome: 'unavailable', fault: kind })
        expect(told).toMatchObject({ event: 'kms.fault', kind, msg: mend, level: alarm ? 'error' : 'warn' })
        expect(more).toEqual([])
      } finally {
        kms.refuse(undefined)
        kms.hang(false)
        kms.setState(arn, 'Enabled')
      }
      await expect(at(arn).unwrap(wrappedKey, CONTEXT)).resolves.toHaveLength(32)
    },
    10_000,
  )

  it('is logged at most once a minute for each kind, however many calls fail', async () => {
    const [clock, logged] = [manualClock(), memoryLog()]
    const { service, meets } = meeting('disabled')
    const counted = countedKeyService(service, { log: logged.log, clock }).keys
    const told = () => logged.lines().flatMap(({ event, kind }) => (event === 'kms.fault' ? [kind] : []))
    for (let count = 0; count < 5; count += 1) await expect(counted.generate(CONTEXT)).rejects.toThrow()
    meets('denied')
    await expect(counted.unwrap(Buffer.from('x'), CONTEXT)).rejects.toThrow()
    expect(told()).toEqual(['disabled', 'denied'])
    clock.advance(60_000)
    await expect(counted.rewrap(Buffer.from('x'), CONTEXT)).rejects.toThrow()
    expect(told()).toEqual(['disabled', 'denied', 'denied'])
  })
})

/** A key service whose every call meets a fault, until it is told otherwise. */
function meeting(first: KmsFaultKind | undefined) {
  const memory = memoryKeys()
  let kind = first
  let calls = 0
  async function meet<Answer>(ask: () => Promise<Answer>): Promise<Answer> {
    calls += 1
    if (kind) throw new KmsFault(kind, 'as the test says')
    return ask()
  }
  const service: KeyService = {
    masterKey: memory.masterKey,
    generate: (context) => meet(() => memory.generate(context)),
    unwrap: (wrapped, context) => meet(() => memory.unwrap(wrapped, context)),
    rewrap: (wrapped, context) => meet(() => memory.rewrap(wrapped, context)),
  }
  return {
    service,
    calls: () => calls,
    meets(next: KmsFaultKind | undefined) {
      kind = next
    },
  }
}

describe('a KMS that throttles', () => {
  const refused = { code: 'UNAVAILABLE', kind: 'throttled' }

  it('is not called during a hold that doubles up to 5 s and starts anew after a success or another fault', async () => {
    const clock = manualClock()
    const { service, calls, meets } = meeting('throttled')
    const held = heldOffKeyService(service, { clock, random: () => 0.5 })
    for (const holdMs of [100, 200, 400, 800, 1_600, 3_200, 5_000, 5_000]) {
      await expect(held.generate(CONTEXT)).rejects.toMatchObject(refused)
      const before = calls()
      clock.advance(holdMs - 1)
      await expect(held.unwrap(Buffer.from('x'), CONTEXT)).rejects.toMatchObject(refused)
      expect(calls()).toBe(before)
      clock.advance(1)
    }
    meets(undefined)
    const { wrappedKey } = await held.generate(CONTEXT)
    await expect(held.unwrap(wrappedKey, CONTEXT)).resolves.toHaveLength(32)
    // After one success the next hold is as short as the first; the same after a failure of another kind.
    for (const between of [undefined, 'failing'] as const) {
      meets('throttled')
      await expect(held.rewrap(wrappedKey, CONTEXT)).rejects.toMatchObject(refused)
      clock.advance(100)
      meets(between)
      await held.generate(CONTEXT).catch(() => undefined)
    }
    expect(calls()).toBe(8 + 2 + 4)
  })

  it('is called again after the first hold even if many calls were throttled at once', async () => {
    const clock = manualClock()
    const { service, meets } = meeting('throttled')
    const held = heldOffKeyService(service, { clock, random: () => 1 })
    await Promise.allSettled(Array.from({ length: 8 }, () => held.generate(CONTEXT)))
    meets(undefined)
    clock.advance(200)
    await expect(held.generate(CONTEXT)).resolves.toMatchObject({ dataKey: expect.any(Buffer) })
  })

  it('does not stop data keys in memory from serving while their renewal is throttled', async () => {
    const databases = await createVaultDatabases()
    const clock = manualClock()
    const { service, meets } = meeting(undefined)
    const held = heldOffKeyService(service, { clock, random: () => 1 })
    const dataKeysHere = dataKeys({ ...databases, keys: held, clock, log: memoryLog().log })
    try {
      const [warm, cold] = [newId('organization'), newId('organization')]
      for (const organization of [warm, cold]) await dataKeysHere.current(organization)
      meets('throttled')
      clock.advance(CACHE_LIMITS.renewFromMs)
      for (let second = 0; second < 100; second += 1) {
        clock.advance(1_000)
        await expect(dataKeysHere.plaintext(await dataKeysHere.current(warm))).resolves.toHaveLength(32)
      }
      dataKeysHere.drop(cold)
      await expect(dataKeysHere.plaintext(await dataKeysHere.current(cold))).rejects.toMatchObject(refused)
    } finally {
      await databases.close()
    }
  })
})
