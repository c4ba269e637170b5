import { afterAll, beforeAll, describe, expect, it } from '@jest/globals'
import { type AppleDevice, createAppleDevice } from '@protectmyapi/dev-kit/attestation/apple-device'
import type { DeviceAuthority } from '@protectmyapi/dev-kit/certificates/device-authority'
import { type Provisioned, provision } from './provision.js'
import { type StandIn, startStandIn } from './stand-in.js'
import type { TestSystem } from './start-test-system.js'

const TEAM = 'A1B2C3D4E5'
const BUNDLE = 'com.example.chat'

interface Session {
  readonly token: string
  readonly expiresAt: string
  readonly device: string
}

/** @param authority takes Apple's place in this system. */
export function describeAttestedDevice(started: () => TestSystem, authority: () => DeviceAuthority): void {
  describe('a phone with App Attest, and no token but the one that is published with the app', () => {
    let system: TestSystem
    let provider: StandIn
    let target: Provisioned
    let value = ''
    let phone: AppleDevice
    let keyId = ''
    let session: Session

    beforeAll(async () => {
      system = started()
      provider = await startStandIn({
        keyOf: ({ headers }) => headers.authorization,
        answer: ({ body }) => ({ body: { heard: body.toString() } }),
      })
      value = system.planter.plant('sk-attested-')
      provider.accept(`Bearer ${value}`)
      target = await provision(system, { slug: 'attested', origin: provider.origin, value, policy: 'enforce' })
      phone = await createAppleDevice({ authority: authority() })
    }, 60_000)

    afterAll(async () => {
      await provider?.stop()
    }, 60_000)

    const post = (path: string, body: unknown): Promise<Response> =>
      fetch(`${system.proxy}/v1/attest/${path}`, {
        method: 'POST',
        headers: { 'content-type': 'application/json' },
        body: JSON.stringify(body),
      })
    const challenge = async (): Promise<string> => {
      const answer = await post('challenge', { app: target.token })
      return ((await answer.json()) as { challenge: string }).challenge
    }
    const register = async (): Promise<Response> => {
      const made = await challenge()
      const attested = await phone.attest(made, `${TEAM}.${BUNDLE}`)
      keyId = attested.keyId.toString('base64')
      return post('apple', { challenge: made, keyId, attestation: attested.attestation.toString('base64') })
    }
    const assert = async (): Promise<Response> => {
      const made = await challenge()
      return post('apple/assert', { challenge: made, keyId, assertion: phone.assert(made).toString('base64') })
    }
    const send = (token: string): Promise<Response> =>
      fetch(`${system.proxy}/v1/p/attested/echo`, {
        method: 'POST',
        headers: { authorization: `Bearer ${token}` },
        body: 'hello',
      })
    const app = (): string => `${system.org}/apps/${target.appId}`

    it('is told where to set it up while the app accepts no attestation', async () => {
      const answer = await register()
      expect([answer.status, answer.headers.get('content-type')]).toEqual([403, 'application/problem+json'])
      expect(await answer.json()).toMatchObject({
        code: 'ATTESTATION_FAILED',
        detail: expect.stringContaining('attestation.apple'),
      })
    })

    it('registers its key, and its request reaches the provider with the real one', async () => {
      await system.owner.patch(app(), {
        attestation: { apple: { teamId: TEAM, bundleIds: [BUNDLE] }, android: null, firebase: null },
      })
      const answer = await register()
      expect(answer.status).toBe(200)
      session = (await answer.json()) as Session
      const sent = await send(session.token)
      expect([sent.status, await sent.json()]).toEqual([200, { heard: 'hello' }])
      expect(provider.received.at(-1)?.headers.authorization).toBe(`Bearer ${value}`)
    })

    it('buys further sessions by assertions, as the same device, which the app’s list shows', async () => {
      const answer = await assert()
      expect(answer.status).toBe(200)
      expect(await answer.json()).toMatchObject({ device: session.device })
      const { items } = await system.owner.get<{ items: unknown[] }>(`${app()}/devices`)
      expect(items).toMatchObject([
        { id: session.device, kind: 'app-attest', bundleId: BUNDLE, environment: 'production', revokedAt: null },
      ])
    })

    it('once revoked, its session ends with the answer, and it buys no other', async () => {
      await system.owner.remove(`${app()}/devices/${session.device}`)
      expect((await send(session.token)).status).toBe(401)
      const answer = await assert()
      expect([answer.status, (await answer.json()) as object]).toEqual([
        403,
        expect.objectContaining({ code: 'FORBIDDEN', detail: expect.stringContaining('revoked') }),
      ])
    })
  })
}
