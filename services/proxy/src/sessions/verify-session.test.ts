import { describe, expect, it } from '@jest/globals'
import { GRANT_TYP } from '@protectmyapi/service-kit/credentials/grant'
import type { FaultCode } from '@protectmyapi/service-kit/faults'
import { fresh, HORIZON_MS } from '../test/fresh.js'
import { hashOf, sessionSigner } from '../test/session-signer.js'
import { silentLog } from '../test/silent-log.js'
import { createSessionKeys } from './session-keys.js'
import { createSessionVerifier } from './verify-session.js'

async function make() {
  const { time, keeper, sync, apply } = fresh()
  const signer = await sessionSigner('key_1', time.clock.wallMs)
  let asked = 0
  let withdrawn = false
  let lifeMs: number | undefined
  let generation = 1
  const keys = createSessionKeys({
    keeper,
    clock: time.clock,
    log: silentLog(),
    listSessionKeys: () => {
      asked += 1
      const label = { kind: 'FEED_KIND_SIGNING_KEY', id: signer.kid, generation } as const
      const listed = { ...signer.keys(), labels: [label], ...(lifeMs === undefined ? {} : { lifeMs }) }
      return Promise.resolve(withdrawn ? { ...listed, jwks: '{"keys":[]}', labels: [] } : listed)
    },
  })
  const verifier = createSessionVerifier({ keeper, clock: time.clock, keys })
  const verify = (token: string) => verifier.verify(token, hashOf(token))
  const refused = (token: string, code: FaultCode) => expect(verify(token)).rejects.toMatchObject({ code })
  return {
    time,
    sync,
    apply,
    signer,
    verify,
    refused,
    asked: () => asked,
    /** Another key signs from now on; this one is listed under the next generation. */
    replace: () => {
      generation += 1
    },
    /** Sets the life that the directory states for the keys that it lists. */
    keysLive: (ms: number) => {
      lifeMs = ms
    },
    withdraw: () => {
      withdrawn = true
    },
  }
}

describe('a session', () => {
  it('names its organization, app and device, and is labelled with its device, itself and its key', async () => {
    const { signer, verify } = await make()
    expect(await verify(await signer.token({ dgn: 3 }))).toEqual({
      organizationId: 'org_1',
      appId: 'app_1',
      deviceId: 'dvc_1',
      sessionId: 'ses_1',
      testOf: null,
      labels: [
        { kind: 'FEED_KIND_DEVICE', id: 'dvc_1', generation: 3 },
        { kind: 'FEED_KIND_SESSION', id: 'ses_1', generation: 1 },
        { kind: 'FEED_KIND_SIGNING_KEY', id: 'key_1', generation: 1 },
      ],
    })
  })

  it('is refused with INVALID_TOKEN when it is longer than 4,096 characters', async () => {
    const { signer, verify, refused } = await make()
    const tokens: string[] = []
    for (let chars = 2_500; (tokens.at(-1)?.length ?? 0) <= 4_096; chars += 1)
      tokens.push(await signer.token({ jti: 'x'.repeat(chars) }))
    const [within, beyond] = tokens.slice(-2)
    expect(await verify(within ?? '')).toMatchObject({ appId: 'app_1' })
    await refused(beyond ?? '', 'INVALID_TOKEN')
  })

  it('has its keys asked for anew within ten minutes, even if the directory gives them a longer life', async () => {
    const { time, sync, signer, verify, asked, keysLive } = await make()
    keysLive(86_400_000)
    const verifyAt = async (ms: number) => {
      time.advance(ms)
      sync()
      await verify(await signer.token({ jti: `ses_${ms}` }))
      return asked()
    }
    expect([
      await verifyAt(0),
      await verifyAt(599_999 / 3),
      await verifyAt((599_999 * 2) / 3),
      await verifyAt(1),
    ]).toEqual([1, 1, 2, 2])
  })

  it('is refused with TOKEN_EXPIRED from 30 s after its end, whether it was remembered or not', async () => {
    const { time, signer, verify, refused, sync } = await make()
    const token = await signer.token({})
    await verify(token)
    time.clock.stepWall(629_999)
    sync()
    await verify(token)
    time.clock.stepWall(1)
    sync()
    await refused(token, 'TOKEN_EXPIRED')
    const other = await signer.token({ iat: time.clock.wallMs() / 1_000 - 631, exp: time.clock.wallMs() / 1_000 - 31 })
    await refused(other, 'TOKEN_EXPIRED')
  })

  it.each([
    ['FEED_KIND_DEVICE', 'dvc_1'],
    ['FEED_KIND_SESSION', 'ses_1'],
    ['FEED_KIND_SIGNING_KEY', 'key_1'],
  ] as const)(
    'is refused with INVALID_TOKEN after a revoking row on its %s, whether it was remembered or not',
    async (kind, id) => {
      const { time, signer, verify, refused, apply, withdraw } = await make()
      const [known, unknown] = [await signer.token({}), await signer.token({ exp: time.clock.wallMs() / 1_000 + 300 })]
      await verify(known)
      if (kind === 'FEED_KIND_SIGNING_KEY') withdraw()
      apply({ kind, id, generation: 2 })
      await refused(known, 'INVALID_TOKEN')
      await refused(unknown, 'INVALID_TOKEN')
    },
  )

  it('stays valid when another key signs, remembered or not, until its own key is withdrawn', async () => {
    const { signer, verify, refused, apply, replace, withdraw, asked } = await make()
    const [known, unknown] = [await signer.token({}), await signer.token({ jti: 'ses_2' })]
    await verify(known)
    replace()
    apply({ kind: 'FEED_KIND_SIGNING_KEY', id: 'key_1', generation: 2 })
    for (const token of [known, unknown])
      expect((await verify(token)).labels).toContainEqual({ kind: 'FEED_KIND_SIGNING_KEY', id: 'key_1', generation: 2 })
    // The row has felled the set, so that the next one brings the new key.
    expect(asked()).toBe(2)
    withdraw()
    apply({ kind: 'FEED_KIND_SIGNING_KEY', id: 'key_1', generation: 3 })
    for (const token of [known, unknown]) await refused(token, 'INVALID_TOKEN')
  })

  it('stays valid when its key is replaced during the check, and is refused if the key is withdrawn then', async () => {
    const { signer, verify, refused, apply, replace, withdraw } = await make()
    await verify(await signer.token({}))
    const caught = verify(await signer.token({ jti: 'ses_2' }))
    replace()
    apply({ kind: 'FEED_KIND_SIGNING_KEY', id: 'key_1', generation: 2 })
    expect((await caught).labels).toContainEqual({ kind: 'FEED_KIND_SIGNING_KEY', id: 'key_1', generation: 2 })
    const lost = refused(await signer.token({ jti: 'ses_3' }), 'INVALID_TOKEN')
    withdraw()
    apply({ kind: 'FEED_KIND_SIGNING_KEY', id: 'key_1', generation: 3 })
    await lost
  })

  it('is valid when it names the device’s new generation', async () => {
    const { signer, verify, apply } = await make()
    apply({ kind: 'FEED_KIND_DEVICE', id: 'dvc_1', generation: 2 })
    await verify(await signer.token({ dgn: 2 }))
  })

  it('is refused with INVALID_TOKEN when a part is forged, or its type, key, issuer or times are wrong', async () => {
    const { signer, refused, time } = await make()
    const token = await signer.token({})
    const [head = '', body = '', signature = ''] = token.slice('pma_ses_'.length).split('.')
    const forged = Buffer.from(
      JSON.stringify({ ...JSON.parse(Buffer.from(body, 'base64url').toString()), org: 'org_2' }),
    ).toString('base64url')
    const none = Buffer.from(JSON.stringify({ alg: 'none', typ: 'pma-session+jwt', kid: 'key_1' })).toString(
      'base64url',
    )
    for (const bad of [
      `pma_ses_${head}.${forged}.${signature}`,
      `pma_ses_${head}.${body}.${signature.startsWith('A') ? 'B' : 'A'}${signature.slice(1)}`,
      `pma_ses_${none}.${body}.`,
      `pma_ses_${head}.${body}`,
      'pma_ses_',
      `pma_ses_${'x'.repeat(5_000)}`,
      token.slice('pma_ses_'.length),
      await signer.token({}, { typ: GRANT_TYP }),
      await signer.token({}, { kid: 'key_2' }),
      await signer.token({ iss: 'ins_other' }),
      await signer.token({ exp: time.clock.wallMs() / 1_000 + 3_600 }),
      await signer.token({ iat: time.clock.wallMs() / 1_000 + 31, exp: time.clock.wallMs() / 1_000 + 300 }),
    ]) {
      await refused(bad, 'INVALID_TOKEN')
    }
  })
})

describe('the keys of sessions', () => {
  it('are asked for once for several tokens', async () => {
    const { signer, verify, asked } = await make()
    for (let at = 0; at < 5; at += 1) await verify(await signer.token({ jti: `ses_${at}` }))
    expect(asked()).toBe(1)
  })

  it('are asked for again for an unknown key id, at most once a second', async () => {
    const { time, signer, refused, asked } = await make()
    const token = await signer.token({}, { kid: 'key_9' })
    for (let at = 0; at < 20; at += 1) await refused(token, 'INVALID_TOKEN')
    expect(asked()).toBe(2)
    time.advance(1_000)
    await refused(token, 'INVALID_TOKEN')
    expect(asked()).toBe(3)
  })

  it('cannot be asked for past the horizon: a session is refused with UNAVAILABLE', async () => {
    const { time, signer, refused } = await make()
    const token = await signer.token({})
    time.advance(HORIZON_MS)
    await refused(token, 'UNAVAILABLE')
  })
})
