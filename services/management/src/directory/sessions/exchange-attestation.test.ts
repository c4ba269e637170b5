import { createHash, X509Certificate } from 'node:crypto'
import { beforeEach, describe, expect, it } from '@jest/globals'
import { type AppleDevice, createAppleDevice } from '@protectmyapi/dev-kit/attestation/apple-device'
import { createDeviceAuthority } from '@protectmyapi/dev-kit/certificates/device-authority'
import { startForAllTests } from '@protectmyapi/dev-kit/start-for-all-tests'
import { until } from '@protectmyapi/dev-kit/until'
import type { ExchangeAttestationRequest } from '@protectmyapi/protos/generated/directory/v1/ExchangeAttestationRequest'
import type { ExchangeAttestationResponse__Output } from '@protectmyapi/protos/generated/directory/v1/ExchangeAttestationResponse'
import type { IssueChallengeRequest } from '@protectmyapi/protos/generated/directory/v1/IssueChallengeRequest'
import type { IssueChallengeResponse__Output } from '@protectmyapi/protos/generated/directory/v1/IssueChallengeResponse'
import type { ResolveRouteRequest } from '@protectmyapi/protos/generated/directory/v1/ResolveRouteRequest'
import type { ResolveRouteResponse__Output } from '@protectmyapi/protos/generated/directory/v1/ResolveRouteResponse'
import { systemClock } from '@protectmyapi/service-kit/clock'
import { AppSessionClaims, SESSION_LIFE_MS_MAX } from '@protectmyapi/service-kit/credentials/app-session'
import { newToken, SESSION_PREFIX } from '@protectmyapi/service-kit/credentials/tokens'
import { callUnary } from '@protectmyapi/service-kit/grpc/grpc-client'
import { newId } from '@protectmyapi/service-kit/ids'
import { createLogger } from '@protectmyapi/service-kit/program/log'
import { decodeJwt } from 'jose'
import { CHALLENGE_LIMITS } from '../../attestation/challenge.js'
import type { ProofVerifiers } from '../../attestation/proof.js'
import { signingKeyInForce } from '../../keys/signing-key-rows.js'
import { type Catalog, insertCatalog } from '../../test/catalog.js'
import { codeOf } from '../../test/code-of.js'
import { directoryHarness } from '../../test/directory-harness.js'

const TEAM = 'A1B2C3D4E5'
const BUNDLE = 'com.example.chat'
const APP_ID = `${TEAM}.${BUNDLE}`
const PACKAGE = 'com.example.chat'
const CERTIFICATE = 'ab'.repeat(32)
const INSTALLATION = '0b9d8a4e-7a52-4f4b-9f6e-0d2a5c1b7e90'
const SETTINGS = {
  apple: { teamId: TEAM, bundleIds: [BUNDLE], allowDevelopment: false },
  android: {
    packageName: PACKAGE,
    certificateDigests: [CERTIFICATE],
    requireStoreInstall: false,
    allowCompromisedDevices: false,
  },
  firebase: { projectNumber: '123456789012', appIds: ['1:123456789012:ios:0123456789abcdef'] },
}

const authority = await createDeviceAuthority()
const device = await createAppleDevice({ authority })

/** What Google answers, and what happens while it is asked. */
const google = { whileAsked: async (): Promise<void> => {}, expiresMs: 0 }
let nowMs = Date.now()
const clock = { ...systemClock, wallMs: () => nowMs }

const verifiers: ProofVerifiers = {
  appleRoots: [new X509Certificate(device.rootPem)],
  // The token is the request hash; a real one is opened in attestation/play.
  async readPlayToken(_app, packageName, token) {
    await google.whileAsked()
    return {
      requestDetails: { requestPackageName: packageName, requestHash: token, timestampMillis: String(nowMs) },
      appIntegrity: {
        appRecognitionVerdict: 'PLAY_RECOGNIZED',
        packageName,
        certificateSha256Digest: [Buffer.from(CERTIFICATE, 'hex').toString('base64url')],
      },
      deviceIntegrity: { deviceRecognitionVerdict: ['MEETS_DEVICE_INTEGRITY'] },
      accountDetails: { appLicensingVerdict: 'LICENSED' },
    }
  },
  verifyAppCheck: async () => ({ expiresMs: google.expiresMs }),
}

const harness = await startForAllTests(() => directoryHarness(clock, createLogger('test', 'silent'), verifiers))
const proxy = await harness.client('proxy')

let catalog: Catalog
beforeEach(async () => {
  nowMs = Date.now()
  google.whileAsked = async () => {}
  google.expiresMs = nowMs + 3_600_000
  catalog = await insertCatalog(harness.db, 'enforce')
  bought.token = `ey.${catalog.appId}.x`
  await set('apps', { attestation: JSON.stringify(SETTINGS) })
})

const set = (table: string, columns: object, id: string = catalog.appId) =>
  harness.db(table).where({ id }).update(columns)

const issue = (appToken: string) =>
  callUnary<IssueChallengeRequest, IssueChallengeResponse__Output>(
    (request, options, answer) => proxy.current().issueChallenge(request, options, answer),
    { appToken, sourceAddress: '192.0.2.1' },
    5_000,
  )
const challengeFor = async ({ appToken }: Pick<Catalog, 'appToken'> = catalog) => (await issue(appToken)).challenge

const exchange = (proof: ExchangeAttestationRequest) =>
  callUnary<ExchangeAttestationRequest, ExchangeAttestationResponse__Output>(
    (request, options, answer) => proxy.current().exchangeAttestation(request, options, answer),
    { ...proof, sourceAddress: '192.0.2.1' },
    5_000,
  )
const resolve = (credential: string) =>
  callUnary<ResolveRouteRequest, ResolveRouteResponse__Output>(
    (request, options, answer) => proxy.current().resolveRoute(request, options, answer),
    { credential, service: 'example' },
    5_000,
  )

async function registration(challenge: string, by: AppleDevice = device): Promise<ExchangeAttestationRequest> {
  const { keyId, attestation } = await by.attest(challenge, APP_ID)
  return { appleRegistration: { challenge, keyId, attestation } }
}

/** A registered device, and how it buys further sessions. */
async function registered() {
  const challenge = await challengeFor()
  const { keyId, attestation } = await device.attest(challenge, APP_ID)
  const proof = { appleRegistration: { challenge, keyId, attestation } }
  const sold = await exchange(proof)
  const assertion = (of: string): ExchangeAttestationRequest => ({
    appleAssertion: { challenge: of, keyId, assertion: device.assert(of) },
  })
  return { keyId, proof, sold, assertion, assert: async () => exchange(assertion(await challengeFor())) }
}

function playProof(challenge: string, installation = INSTALLATION): ExchangeAttestationRequest {
  const token = createHash('sha256').update(`${challenge}.${installation}`).digest('base64url')
  return { playIntegrity: { challenge, installation, token } }
}
/** The token of App Check that a phone has at the moment. */
const bought = { token: '' }
const appCheckProof = (installation = INSTALLATION): ExchangeAttestationRequest => ({
  appCheck: { appToken: catalog.appToken, installation, token: bought.token },
})

/** Where the counter of an assertion is (WebAuthn § 6.1). */
const withCounter = (counter: number) => (data: Buffer) => {
  data.writeUInt32BE(counter, 33)
  return data
}

const claimsOf = (token: string) => AppSessionClaims.parse(decodeJwt(token.slice(SESSION_PREFIX.length)))
const auditOf = (target: string) =>
  harness.db('audit').where('target_id', target).select('event', 'actor_kind', 'details')

const devicesOf = (appId: string) => harness.db('devices').where({ app_id: appId }).select('id')

describe('a registered key of a device', () => {
  it('buys a session that opens the route of an app under enforce, and is in the audit trail once', async () => {
    const { sold, assert } = await registered()
    expect(claimsOf(sold.token)).toMatchObject({
      org: catalog.organizationId,
      app: catalog.appId,
      dvc: sold.deviceId,
      dgn: 1,
      att: 'app-attest',
    })
    expect(await resolve(sold.token)).toMatchObject({ appId: catalog.appId, unattested: false })
    expect(sold.expiresAtMs).toBe(nowMs + SESSION_LIFE_MS_MAX)
    const again = await assert()
    expect([again.deviceId, claimsOf(again.token).jti]).toEqual([sold.deviceId, expect.any(String)])
    expect(claimsOf(again.token).jti).not.toBe(claimsOf(sold.token).jti)
    expect(await auditOf(sold.deviceId)).toEqual([
      {
        event: 'device.registered',
        actor_kind: 'device',
        details: { app: catalog.appId, kind: 'app-attest', bundleId: BUNDLE, environment: 'production' },
      },
    ])
  })

  it('cannot be registered a second time, even if nobody remembered its challenge', async () => {
    const { proof, sold } = await registered()
    await harness.db('used_challenges').delete()
    await expect(exchange(proof)).rejects.toMatchObject({
      code: 'ATTESTATION_FAILED',
      details: { say: expect.stringContaining('registered already') },
    })
    expect(await harness.db('devices').where({ app_id: catalog.appId }).select('id')).toEqual([{ id: sold.deviceId }])
  })

  it('buys nothing once its device is revoked, and says so', async () => {
    const { sold, assert } = await registered()
    await set('devices', { revoked_at: new Date(), generation: 2 }, sold.deviceId)
    await expect(assert()).rejects.toMatchObject({
      code: 'FORBIDDEN',
      details: { say: expect.stringContaining('This device was revoked') },
    })
    expect(await codeOf(resolve(sold.token))).toBe('INVALID_TOKEN')
  })

  it.each([
    ['bundle id', { ...SETTINGS, apple: { ...SETTINGS.apple, bundleIds: ['com.example.other'] } }],
    ['team', { ...SETTINGS, apple: { ...SETTINGS.apple, teamId: 'Z9Z9Z9Z9Z9' } }],
    ['way', { ...SETTINGS, apple: null }],
  ])('buys nothing once the app’s settings no longer name its %s', async (_what, attestation) => {
    const { assert } = await registered()
    await set('apps', { attestation: JSON.stringify(attestation) })
    expect(await codeOf(assert())).toBe('ATTESTATION_FAILED')
  })

  it('of a development build buys only while the app allows these', async () => {
    const lab = await createAppleDevice({ authority, environment: 'development' })
    const allowing = { ...SETTINGS, apple: { ...SETTINGS.apple, allowDevelopment: true } }
    expect(await codeOf(exchange(await registration(await challengeFor(), lab)))).toBe('ATTESTATION_FAILED')
    await set('apps', { attestation: JSON.stringify(allowing) })
    const challenge = await challengeFor()
    const { keyId, attestation } = await lab.attest(challenge, APP_ID)
    await exchange({ appleRegistration: { challenge, keyId, attestation } })
    const assert = async () => {
      const of = await challengeFor()
      return exchange({ appleAssertion: { challenge: of, keyId, assertion: lab.assert(of) } })
    }
    expect((await assert()).token).toMatch(/^pma_ses_/)
    await set('apps', { attestation: JSON.stringify(SETTINGS) })
    expect(await codeOf(assert())).toBe('ATTESTATION_FAILED')
  })

  it('counts: an assertion that arrives after a later one is refused, and of two at once with one counter one buys', async () => {
    const { keyId, assertion } = await registered()
    const first = await challengeFor()
    const early = assertion(first)
    const late = await challengeFor()
    await exchange(assertion(late))
    expect(await codeOf(exchange(early))).toBe('ATTESTATION_FAILED')
    const atSeven = async (): Promise<ExchangeAttestationRequest> => {
      const challenge = await challengeFor()
      return { appleAssertion: { challenge, keyId, assertion: device.assert(challenge, withCounter(7)) } }
    }
    const proofs = [await atSeven(), await atSeven()]
    const outcomes = await Promise.all(proofs.map((proof) => codeOf(exchange(proof))))
    expect(outcomes.sort()).toEqual(['ATTESTATION_FAILED', 'answered'])
  })

  it('belongs to one app: for another app’s challenge it is not known', async () => {
    const { keyId } = await registered()
    const other = await insertCatalog(harness.db, 'enforce')
    await set('apps', { attestation: JSON.stringify(SETTINGS) }, other.appId)
    const challenge = await challengeFor(other)
    const proof = { appleAssertion: { challenge, keyId, assertion: device.assert(challenge) } }
    await expect(exchange(proof)).rejects.toMatchObject({
      code: 'ATTESTATION_FAILED',
      details: { say: expect.stringContaining('not registered for this app') },
    })
  })
})

describe('a challenge', () => {
  it('is stored by nobody until a session is sold for it', async () => {
    await harness.db('used_challenges').delete()
    const { expiresAtMs } = await issue(catalog.appToken)
    expect(expiresAtMs).toBe(nowMs + CHALLENGE_LIMITS.lifeMs)
    expect(await harness.db('used_challenges').select()).toEqual([])
    await registered()
    expect(await harness.db('used_challenges').select()).toHaveLength(1)
  })

  it('buys one session, however many bring it and however close together', async () => {
    const challenge = await challengeFor()
    const proofs = [await registration(challenge), await registration(challenge), await registration(challenge)]
    const outcomes = await Promise.all(proofs.map((proof) => codeOf(exchange(proof))))
    expect(outcomes.sort()).toEqual(['ATTESTATION_EXPIRED', 'ATTESTATION_EXPIRED', 'answered'])
    expect(await harness.db('devices').where({ app_id: catalog.appId }).select('id')).toHaveLength(1)
  })

  it('is not used up by a refusal', async () => {
    const challenge = await challengeFor()
    const { keyId, attestation } = await device.attest(await challengeFor(), APP_ID)
    expect(await codeOf(exchange({ appleRegistration: { challenge, keyId, attestation } }))).toBe('ATTESTATION_FAILED')
    expect((await exchange(await registration(challenge))).token).toMatch(/^pma_ses_/)
  })

  it('ends after five minutes', async () => {
    const proof = await registration(await challengeFor())
    nowMs += CHALLENGE_LIMITS.lifeMs
    expect(await codeOf(exchange(proof))).toBe('ATTESTATION_EXPIRED')
    nowMs -= 1
    expect((await exchange(proof)).token).toMatch(/^pma_ses_/)
  })

  it('is for the app that asked: an attestation of another app’s settings does not pass', async () => {
    const other = await insertCatalog(harness.db, 'enforce')
    const theirs = { ...SETTINGS, apple: { ...SETTINGS.apple, bundleIds: ['com.example.other'] } }
    await set('apps', { attestation: JSON.stringify(theirs) }, other.appId)
    expect(await codeOf(exchange(await registration(await challengeFor(other))))).toBe('ATTESTATION_FAILED')
  })

  it('is none of a session, and no session', async () => {
    const { sold } = await registered()
    const session = sold.token.slice(SESSION_PREFIX.length)
    expect(await codeOf(exchange(await registration(session)))).toBe('INVALID_ATTESTATION')
    expect(await codeOf(resolve(SESSION_PREFIX + (await challengeFor())))).toBe('INVALID_TOKEN')
  })

  it.each([
    ['of a session’s type', 'pma-session+jwt', {}],
    ['of another installation', 'pma-challenge+jwt', { iss: 'ins_another' }],
    ['without an end', 'pma-challenge+jwt', { exp: undefined }],
    ['longer than any of ours', 'pma-challenge+jwt', { jti: 'x'.repeat(1_024) }],
  ])('that our own key signed %s is refused', async (_what, typ, claims) => {
    const { organizationId: org, appId: app } = catalog
    const ours = { iss: harness.installation, jti: newId('boot'), org, app, exp: nowMs / 1_000 + 60 }
    const key = await signingKeyInForce(harness.db, 'session')
    const wrong = await harness.keys.sign(key, typ, { ...ours, ...claims })
    expect(await codeOf(exchange(await registration(wrong)))).toBe('INVALID_ATTESTATION')
    const genuine = await harness.keys.sign(key, 'pma-challenge+jwt', ours)
    expect((await exchange(await registration(genuine))).token).toMatch(/^pma_ses_/)
  })

  it.each([
    ['nothing', ''],
    ['a letter', 'x'],
    ['three parts', 'a.b.c'],
    ['two thousand letters', 'x'.repeat(2_000)],
  ])('that was made up of %s is refused', async (_what, challenge) => {
    expect(await codeOf(exchange(await registration(challenge)))).toBe('INVALID_ATTESTATION')
  })

  it('is refused to unknown, mistyped, disabled and deleted apps', async () => {
    expect(await codeOf(issue(''))).toBe('UNAUTHORIZED')
    expect(await codeOf(issue(`${catalog.appToken}x`))).toBe('INVALID_TOKEN')
    expect(await codeOf(issue(newToken('app')))).toBe('APP_NOT_FOUND')
    await set('apps', { enabled: false })
    expect(await codeOf(issue(catalog.appToken))).toBe('APP_DISABLED')
    await set('apps', { deleted_at: new Date() })
    expect(await codeOf(issue(catalog.appToken))).toBe('APP_NOT_FOUND')
  })
})

describe('an app that changes', () => {
  it.each([
    ['is disabled', { enabled: false }],
    ['has other settings', { generation: 2 }],
    ['is deleted', { deleted_at: new Date() }],
  ])('and %s while Google is asked sells nothing under what it was', async (_what, columns) => {
    google.whileAsked = async () => void (await set('apps', columns))
    const challenge = await challengeFor()
    expect(await codeOf(exchange(playProof(challenge)))).toBe('UNAVAILABLE')
    expect(await harness.db('devices').where({ app_id: catalog.appId }).select('id')).toEqual([])
  })

  it('is changed at once, however many sessions of it are being sold', async () => {
    const ends = { now: false }
    const sales = Array.from({ length: 8 }, async (_, lane) => {
      for (let nth = 0; nth < 200 && !ends.now; nth += 1) {
        const installation = `installation-${lane}-${nth}`.padEnd(16, '0')
        const token = `ey.${catalog.appId}${lane}-${nth}.x`
        await codeOf(exchange({ appCheck: { appToken: catalog.appToken, installation, token } }))
      }
    })
    await until(async () => (await devicesOf(catalog.appId)).length > 8 || undefined, 20_000)
    const changing = harness.db.transaction(async (trx) => {
      await trx.raw(`SET LOCAL lock_timeout = '2s'`)
      await trx('apps').where('id', catalog.appId).update({ enabled: false })
    })
    await changing.finally(() => {
      ends.now = true
    })
    await Promise.all(sales)
    expect(await codeOf(exchange(appCheckProof()))).toBe('APP_DISABLED')
  }, 30_000)

  it('with its organization while Google is asked sells nothing', async () => {
    google.whileAsked = async () => void (await set('organizations', { state: 'deleted' }, catalog.organizationId))
    expect(await codeOf(exchange(playProof(await challengeFor())))).toBe('UNAVAILABLE')
    expect(await codeOf(issue(catalog.appToken))).toBe('APP_NOT_FOUND')
  })

  it.each([
    ['apple', async () => exchange(await registration(await challengeFor()))],
    ['android', async () => exchange(playProof(await challengeFor()))],
    ['firebase', async () => exchange(appCheckProof())],
  ] as const)('and accepts no %s attestation says where it is set up', async (kind, prove) => {
    await set('apps', { attestation: JSON.stringify({ ...SETTINGS, [kind]: null }) })
    await expect(prove()).rejects.toMatchObject({
      code: 'ATTESTATION_FAILED',
      details: { say: expect.stringContaining(`attestation.${kind}`) },
    })
  })
})

describe('an installed app', () => {
  it('is one device for each installation, for Play Integrity and App Check apart', async () => {
    const ids = [
      await exchange(playProof(await challengeFor())),
      await exchange(playProof(await challengeFor())),
      await exchange(playProof(await challengeFor(), 'another-installation')),
      await exchange(appCheckProof()),
      await exchange(appCheckProof()),
    ].map(({ deviceId }) => deviceId)
    expect([ids[0] === ids[1], ids[3] === ids[4], new Set(ids).size]).toEqual([true, true, 3])
    expect(await auditOf(ids[0] ?? '')).toMatchObject([
      { event: 'device.registered', details: { kind: 'play-integrity' } },
    ])
    const rows = await harness.db('devices').where('id', ids[0]).select('installation_hash')
    expect(rows).toEqual([{ installation_hash: createHash('sha256').update(INSTALLATION).digest() }])
  })

  it('of which two prove themselves for the first time at once is one device', async () => {
    const [one, two] = await Promise.all([exchange(appCheckProof()), exchange(appCheckProof())])
    expect(one.deviceId).toBe(two.deviceId)
    expect(await auditOf(one.deviceId)).toHaveLength(1)
  })

  it('is the only one that a token of App Check is good for, also after it was revoked', async () => {
    const { deviceId } = await exchange(appCheckProof())
    expect(await codeOf(exchange(appCheckProof('another-installation')))).toBe('ATTESTATION_FAILED')
    await set('devices', { revoked_at: new Date(), generation: 2 }, deviceId)
    // Another spelling of the signature's last bits is the same token.
    bought.token = `${bought.token}A`
    expect(await codeOf(exchange(appCheckProof('another-installation')))).toBe('ATTESTATION_FAILED')
    expect(await devicesOf(catalog.appId)).toEqual([{ id: deviceId }])
    bought.token = 'ey.another.x'
    expect((await exchange(appCheckProof('another-installation'))).deviceId).not.toBe(deviceId)
  })

  it('buys nothing once its device is revoked', async () => {
    const { deviceId } = await exchange(appCheckProof())
    await set('devices', { revoked_at: new Date(), generation: 2 }, deviceId)
    expect(await codeOf(exchange(appCheckProof()))).toBe('FORBIDDEN')
  })

  it('is bound into the verdict: another id than the one that the app told Google is refused', async () => {
    const challenge = await challengeFor()
    const { playIntegrity } = playProof(challenge)
    const forged = { playIntegrity: { ...playIntegrity, installation: 'another-installation' } }
    expect(await codeOf(exchange(forged))).toBe('ATTESTATION_FAILED')
  })

  it('with a token of App Check that ends soon gets a session that ends with it', async () => {
    google.expiresMs = nowMs + 60_000
    expect((await exchange(appCheckProof())).expiresAtMs).toBe(google.expiresMs)
  })

  it.each(['', 'short', 'with space 0123456789', 'x'.repeat(65)])('named %j is refused', async (installation) => {
    expect(await codeOf(exchange(appCheckProof(installation)))).toBe('INVALID_REQUEST')
    expect(await codeOf(exchange(playProof(await challengeFor(), installation)))).toBe('INVALID_REQUEST')
  })
})

describe('a request', () => {
  it('has exactly one proof: one whose challenge is checked cannot stand beside another that is verified', async () => {
    expect(await codeOf(exchange({}))).toBe('INVALID_REQUEST')
    const challenge = 'made up by whoever sends it'
    const both = { ...(await registration(challenge)), ...appCheckProof() }
    expect(await codeOf(exchange(both))).toBe('INVALID_REQUEST')
    expect(await devicesOf(catalog.appId)).toEqual([])
  })

  it('with an attestation that is too long is refused', async () => {
    const challenge = await challengeFor()
    const keyId = Buffer.alloc(32)
    const long = { appleRegistration: { challenge, keyId, attestation: Buffer.alloc(16 * 1024 + 1) } }
    expect(await codeOf(exchange(long))).toBe('INVALID_ATTESTATION')
  })
})
