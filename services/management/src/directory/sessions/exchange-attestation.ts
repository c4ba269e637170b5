import type { AppCheckProof__Output as AppCheckProof } from '@protectmyapi/protos/generated/directory/v1/AppCheckProof'
import type { AppleAssertion__Output as AppleAssertion } from '@protectmyapi/protos/generated/directory/v1/AppleAssertion'
import type { AppleRegistration__Output as AppleRegistration } from '@protectmyapi/protos/generated/directory/v1/AppleRegistration'
import type { ExchangeAttestationRequest__Output } from '@protectmyapi/protos/generated/directory/v1/ExchangeAttestationRequest'
import type { ExchangeAttestationResponse } from '@protectmyapi/protos/generated/directory/v1/ExchangeAttestationResponse'
import type { PlayIntegrityProof__Output as PlayIntegrityProof } from '@protectmyapi/protos/generated/directory/v1/PlayIntegrityProof'
import { AppInstallation } from '@protectmyapi/service-kit/credentials/app-installation'
import { addressBlock } from '@protectmyapi/service-kit/fairness/address-block'
import { Fault } from '@protectmyapi/service-kit/faults'
import type { Knex } from '@protectmyapi/service-kit/postgres/postgres'
import { proveAppCheck } from '../../attestation/app-check/app-check-proof.js'
import { proveAssertion, proveRegistration } from '../../attestation/apple/apple-proofs.js'
import { type AttestedApp, refuseChanged } from '../../attestation/attested-app.js'
import { type Challenge, readChallenge, useUp } from '../../attestation/challenge.js'
import { provePlay } from '../../attestation/play/play-proof.js'
import { createWasteLimit } from '../../attestation/play/waste-limit.js'
import type { ProofVerifiers, ProvenDevice, VerifiedProof } from '../../attestation/proof.js'
import { appendAudit } from '../../audit/append-audit.js'
import { type AppendedHead, type Appending, appendingIn } from '../../chain/appended-heads.js'
import type { Turns } from '../../fairness/turns.js'
import { appTokenOf } from './issue-challenge.js'
import { type ExchangeDeps, type SoldSession, sellSession, signSession } from './sell-session.js'
import { enabledApp, findAppRow } from './session-rows.js'

/** What a proof was made for, read before it is verified. */
interface Begun {
  readonly app: AttestedApp
  /** App Check tokens have none. */
  readonly challenge: Challenge | undefined
  /** READTIME: the wall clock before these rows were read. */
  readonly readMs: number
}

type Request = ExchangeAttestationRequest__Output

/** The one proof of a request. */
type Proof =
  | { readonly way: 'registration'; readonly given: AppleRegistration }
  | { readonly way: 'assertion'; readonly given: AppleAssertion }
  | { readonly way: 'play'; readonly given: PlayIntegrityProof }
  | { readonly way: 'app-check'; readonly given: AppCheckProof }

/**
 * Exchanges the proof that a copy of an app is genuine for an app session of at most 10 minutes. What reads the database
 * or takes the processor is done in turns; Google is asked between two of them.
 *
 * The function throws Fault INVALID_REQUEST, INVALID_ATTESTATION, ATTESTATION_FAILED, ATTESTATION_EXPIRED, APP_TAMPERED,
 * DEVICE_COMPROMISED, EMULATOR_DETECTED, FORBIDDEN, APP_NOT_FOUND, APP_DISABLED, RATE_LIMITED, UNAVAILABLE.
 */
export function createExchangeAttestation(deps: ExchangeDeps, turns: Turns, verifiers: ProofVerifiers) {
  const { db, keys, clock } = deps
  const sparingly = createWasteLimit(clock)

  async function begin(proof: Proof): Promise<Begun> {
    if (!keys.ready()) throw new Fault('UNAVAILABLE', 'the session key is not held: the vault is away')
    const readMs = clock.wallMs()
    if (proof.way === 'app-check') {
      const app = enabledApp(await findAppRow(db, { token: appTokenOf(proof.given.appToken) }))
      return { app, challenge: undefined, readMs }
    }
    const challenge = await readChallenge(db, proof.given.challenge, readMs)
    return { app: enabledApp(await findAppRow(db, challenge.app)), challenge, readMs }
  }

  async function verify(block: string, { way, given }: Proof, { app, readMs }: Begun): Promise<VerifiedProof> {
    switch (way) {
      case 'registration':
        return turns.take(block, async () =>
          proveRegistration(app, given, { nowMs: readMs, roots: verifiers.appleRoots }),
        )
      case 'assertion':
        return turns.take(block, () => proveAssertion(db, app, given))
      case 'play':
        checkInstallation(given.installation)
        return sparingly(block, () => provePlay(verifiers.readPlayToken, app, given, clock.wallMs))
      case 'app-check':
        checkInstallation(given.installation)
        return proveAppCheck(verifiers.verifyAppCheck, app, given, readMs)
    }
  }

  function sell({ app, challenge, readMs }: Begun, proof: VerifiedProof): Promise<SoldSession> {
    return appendingIn(db, async (trx): Promise<Appending<SoldSession>> => {
      if (challenge) await useUp(trx, challenge)
      const { attestation, notAfterMs } = proof
      const device = await proof.device(trx)
      const ends = notAfterMs === undefined ? {} : { notAfterMs }
      const sold = await sellSession(trx, { app, device, attestation, readMs, ...ends })
      await refuseChanged(trx, app)
      return { ...sold, appended: await tellRegistered(trx, app, device, attestation) }
    })
  }

  return async (request: Request): Promise<ExchangeAttestationResponse> => {
    const proof = proofOf(request)
    const block = addressBlock(request.sourceAddress)
    const begun = await turns.take(block, () => begin(proof))
    const verified = await verify(block, proof, begun)
    return signSession(deps, await turns.take(block, () => sell(begun, verified)))
  }
}

/**
 * Exactly one. The decoder keeps all members of a `oneof` that were sent, and one that is checked for its challenge must
 * not be another than the one that is verified.
 */
function proofOf({ appleRegistration, appleAssertion, playIntegrity, appCheck }: Request): Proof {
  const [proof, another] = [
    ...(appleRegistration ? [{ way: 'registration', given: appleRegistration } as const] : []),
    ...(appleAssertion ? [{ way: 'assertion', given: appleAssertion } as const] : []),
    ...(playIntegrity ? [{ way: 'play', given: playIntegrity } as const] : []),
    ...(appCheck ? [{ way: 'app-check', given: appCheck } as const] : []),
  ]
  if (proof && !another) return proof
  throw new Fault('INVALID_REQUEST', 'not exactly one proof of a kind that this version knows')
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

function checkInstallation(installation: string): void {
  const { error } = AppInstallation.safeParse(installation)
  if (!error) return
  const say = error.issues.map(({ message }) => message).join(' ')
  throw new Fault('INVALID_REQUEST', 'not an id of an installed app', { say })
}
