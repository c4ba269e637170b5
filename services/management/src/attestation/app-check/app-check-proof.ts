import { type AttestedApp, acceptedBy } from '../attested-app.js'
import { installedDevice } from '../installed-device.js'
import type { VerifiedProof } from '../proof.js'
import type { VerifyAppCheck } from './verify-app-check.js'

/** @throws Fault INVALID_ATTESTATION, ATTESTATION_FAILED, ATTESTATION_EXPIRED, UNAVAILABLE. */
export async function proveAppCheck(
  verify: VerifyAppCheck,
  app: AttestedApp,
  { token, installation }: { readonly token: string; readonly installation: string },
  nowMs: number,
): Promise<VerifiedProof> {
  const { expiresMs } = await verify(token, acceptedBy(app, 'firebase'), nowMs)
  return {
    attestation: 'app-check',
    notAfterMs: expiresMs,
    device: (trx) => installedDevice(trx, app, 'app-check', installation),
  }
}
