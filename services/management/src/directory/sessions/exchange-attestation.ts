import type { ExchangeAttestationRequest__Output } from '@protectmyapi/protos/generated/directory/v1/ExchangeAttestationRequest'
import type { ExchangeAttestationResponse } from '@protectmyapi/protos/generated/directory/v1/ExchangeAttestationResponse'
import { AppInstallation } from '@protectmyapi/service-kit/credentials/app-installation'
import { addressBlock } from '@protectmyapi/service-kit/fairness/address-block'
import { Fault } from '@protectmyapi/service-kit/faults'
import type { Knex } from '@protectmyapi/service-kit/postgres/postgres'
import { proveAppCheck } from '../../attestation/app-check/app-check-proof.js'
import { proveAssertion, proveRegistration } from '../../attestation/apple/apple-proofs.js'
import { type AttestedApp, findAttestedApp, holdUnchanged } from '../../attestation/attested-app.js'
import { type Challenge, readChallenge, useUp } from '../../attestation/challenge.js'
import { provePlay } from '../../attestation/play/play-proof.js'
import { createWasteLimit } from '../../attestation/play/waste-limit.js'
import type { ProofVerifiers, ProvenDevice, VerifiedProof } from '../../attestation/proof.js'
import { appendAudit } from '../../audit/append-audit.js'
import { type AppendedHead, type Appending, appendingIn } from '../../chain/appended-heads.js'
import type { Turns } from '../../fairness/turns.js'
import { appTokenOf } from './issue-challenge.js'
import { type ExchangeDeps, type SoldSession, sellSession, signSession } from './sell-session.js'

const LIMITS = {
  /** Two certificates, a receipt and some 200 bytes come to 6 KiB. */
  attestationBytesMax: 16 * 1024,
  /** A signature and 37 bytes, and on newer systems a short map. */
  assertionBytesMax: 1024,
  tokenCharsMax: 16 * 1024,
} as const

/** What a proof was made for, read before it is verified. */
interface Begun {
  readonly app: AttestedApp
  /** App Check tokens have none. */
  readonly challenge: Challenge | undefined
  /** READTIME: the wall clock before these rows were read. */
  readonly readMs: number
}

type Request = ExchangeAttestationRequest__Output

/**
 * Exchanges the proof that a copy of an app is genuine for an app session of at most 10 minutes. Google may be asked
 * between two turns, so that whoever waits for it holds no connection.
 *
 * The function throws Fault INVALID_REQUEST, INVALID_ATTESTATION, ATTESTATION_FAILED, ATTESTATION_EXPIRED, APP_TAMPERED,
 * DEVICE_COMPROMISED, EMULATOR_DETECTED, FORBIDDEN, APP_NOT_FOUND, APP_DISABLED, RATE_LIMITED, UNAVAILABLE.
 */
export function createExchangeAttestation(deps: ExchangeDeps, turns: Turns, verifiers: ProofVerifiers) {
  const { db, keys, clock } = deps
  const sparingly = createWasteLimit(clock)

  async function begin(request: Request): Promise<Begun> {
    if (!keys.ready()) throw new Fault('UNAVAILABLE', 'the session key is not held: the vault is away')
    const readMs = clock.wallMs()
    if (request.appCheck) {
      const app = await findAttestedApp(db, { token: appTokenOf(request.appCheck.appToken) })
      return { app, challenge: undefined, readMs }
    }
    const challenge = await readChallenge(db, challengeOf(request), readMs)
    return { app: await findAttestedApp(db, challenge.app), challenge, readMs }
  }

  async function verify(request: Request, block: string, { app, readMs }: Begun): Promise<VerifiedProof> {
    const { appleRegistration, appleAssertion, playIntegrity, appCheck } = request
    if (appleRegistration) {
      refuseLonger(appleRegistration.attestation.length, LIMITS.attestationBytesMax)
      return proveRegistration(app, appleRegistration, { nowMs: readMs, roots: verifiers.appleRoots })
    }
    if (appleAssertion) {
      refuseLonger(appleAssertion.assertion.length, LIMITS.assertionBytesMax)
      return proveAssertion(db, app, appleAssertion)
    }
    if (playIntegrity) {
      checkInstalled(playIntegrity)
      return sparingly(block, () => provePlay(verifiers.readPlayToken, app, playIntegrity, clock.wallMs))
    }
    if (appCheck) {
      checkInstalled(appCheck)
      return proveAppCheck(verifiers.verifyAppCheck, app, appCheck, readMs)
    }
    throw noProof()
  }

  function sell({ app, challenge, readMs }: Begun, proof: VerifiedProof): Promise<SoldSession> {
    return appendingIn(db, async (trx): Promise<Appending<SoldSession>> => {
      await holdUnchanged(trx, app)
      if (challenge) await useUp(trx, challenge)
      const { attestation, notAfterMs } = proof
      const device = await proof.device(trx)
      const sold = await sellSession(trx, {
        app,
        device,
        attestation,
        readMs,
        ...(notAfterMs === undefined ? {} : { notAfterMs }),
      })
      return { ...sold, appended: await tellRegistered(trx, app, device, attestation) }
    })
  }

  return async (request: Request): Promise<ExchangeAttestationResponse> => {
    const block = addressBlock(request.sourceAddress)
    const begun = await turns.take(block, () => begin(request))
    const proof = await verify(request, block, begun)
    return signSession(deps, await turns.take(block, () => sell(begun, proof)))
  }
}

/**
 * The trail names devices, and not each of their sessions: that would be an entry for each device every ten minutes, one
 * after the other. The access log names the session of each request.
 */
async function tellRegistered(
  trx: Knex,
  { id: app, organizationId }: AttestedApp,
  { id: targetId, registered }: ProvenDevice,
  kind: string,
): Promise<readonly AppendedHead[]> {
  if (!registered) return []
  return appendAudit(trx, { kind: 'device', id: targetId, requestId: null }, [
    { organizationId, event: 'device.registered', targetId, details: { app, kind, ...registered } },
  ])
}

function challengeOf({ appleRegistration, appleAssertion, playIntegrity }: Request): string {
  const proof = appleRegistration ?? appleAssertion ?? playIntegrity
  if (!proof) throw noProof()
  return proof.challenge
}

function checkInstalled({ installation, token }: { readonly installation: string; readonly token: string }): void {
  refuseLonger(token.length, LIMITS.tokenCharsMax)
  const { error } = AppInstallation.safeParse(installation)
  if (!error) return
  const say = error.issues.map(({ message }) => message).join(' ')
  throw new Fault('INVALID_REQUEST', 'not an id of an installed app', { say })
}

function refuseLonger(length: number, max: number): void {
  if (length > max) throw new Fault('INVALID_ATTESTATION', `${length} instead of at most ${max}`)
}

const noProof = (): Fault => new Fault('INVALID_REQUEST', 'no proof, or one of a kind that this version does not know')
