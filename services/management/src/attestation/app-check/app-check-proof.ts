import { createHash } from 'node:crypto'
import { Fault } from '@protectmyapi/service-kit/faults'
import type { Knex } from '@protectmyapi/service-kit/postgres/postgres'
import { type AttestedApp, acceptedBy } from '../attested-app.js'
import { installedDevice } from '../installed-device.js'
import type { ProvenDevice, VerifiedProof } from '../proof.js'
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
    async device(trx) {
      const device = await installedDevice(trx, app, 'app-check', installation)
      await bind(trx, token, device, expiresMs)
      return device
    },
  }
}

/**
 * A token is good for the installation that brings it first. Otherwise whoever has one token would have as many devices
 * as they like, with limits of their own, and a revocation of one would mean nothing.
 *
 * @throws Fault ATTESTATION_FAILED.
 */
async function bind(trx: Knex, token: string, { id }: ProvenDevice, expiresMs: number): Promise<void> {
  const { rows } = await trx.raw<{ rows: unknown[] }>(
    `INSERT INTO app_check_tokens (token_hash, device_id, expires_at) VALUES (?, ?, ?)
     ON CONFLICT (token_hash) DO UPDATE SET expires_at = excluded.expires_at
       WHERE app_check_tokens.device_id = excluded.device_id
     RETURNING 1`,
    [hashOfSigned(token), id, new Date(expiresMs)],
  )
  if (rows.length === 1) return
  throw new Fault('ATTESTATION_FAILED', 'app check: the token of another installation', {
    say: 'This App Check token was brought by another installation. Get a new one from the Firebase SDK (forceRefresh).',
  })
}

/** Without the signature, of which base64url has several spellings. */
function hashOfSigned(token: string): Buffer {
  return createHash('sha256')
    .update(token.slice(0, token.lastIndexOf('.')))
    .digest()
}
