import { createHash } from 'node:crypto'
import { type AttestedApp, acceptedBy } from '../attested-app.js'
import { installedDevice } from '../installed-device.js'
import type { ReadPlayToken, VerifiedProof } from '../proof.js'
import { checkPlayVerdict } from './check-verdict.js'

/**
 * @throws Fault INVALID_ATTESTATION, ATTESTATION_FAILED, ATTESTATION_EXPIRED, APP_TAMPERED, DEVICE_COMPROMISED,
 * EMULATOR_DETECTED, UNAVAILABLE.
 */
export async function provePlay(
  read: ReadPlayToken,
  app: AttestedApp,
  given: { readonly challenge: string; readonly installation: string; readonly token: string },
  nowMs: () => number,
): Promise<VerifiedProof> {
  const settings = acceptedBy(app, 'android')
  const verdict = await read(app, settings.packageName, given.token)
  checkPlayVerdict(verdict, settings, { requestHash: requestHash(given), nowMs: nowMs() })
  return {
    attestation: 'play-integrity',
    device: (trx) => installedDevice(trx, app, 'play-integrity', given.installation),
  }
}

/**
 * Binds the verdict to the challenge and to the id of the installed app, so that nobody between the app and the proxy
 * can give it another one. The challenge is a JWS and the id holds no period: the text has one reading.
 */
function requestHash({ challenge, installation }: { challenge: string; installation: string }): string {
  return createHash('sha256').update(`${challenge}.${installation}`, 'utf8').digest('base64url')
}
