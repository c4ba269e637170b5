import type { X509Certificate } from 'node:crypto'
import type { Attestation } from '@protectmyapi/service-kit/credentials/app-session'
import { Fault } from '@protectmyapi/service-kit/faults'
import type { Knex } from '@protectmyapi/service-kit/postgres/postgres'
import type { VerifyAppCheck } from './app-check/verify-app-check.js'
import type { AttestedApp } from './attested-app.js'

/** The verdict that a token carries, opened with the app's own keys or by Google. Nothing of it is checked yet. */
export type ReadPlayToken = (app: AttestedApp, packageName: string, token: string) => Promise<unknown>

/** What proofs are verified with, beside the app's settings. */
export interface ProofVerifiers {
  /** Apple's alone, but in development. */
  readonly appleRoots: readonly X509Certificate[]
  readonly readPlayToken: ReadPlayToken
  readonly verifyAppCheck: VerifyAppCheck
}

/** A proof that has verified. What it still needs of the database happens in the transaction of the sale. */
export interface VerifiedProof {
  readonly attestation: Exclude<Attestation, 'debug'>
  /** The end of the proof, if it has one, on the wall clock. */
  readonly notAfterMs?: number
  /**
   * Finds the device, or makes it. Locks it, so that a revocation comes either before and refuses the sale, or after it
   * and ends the session.
   */
  device(trx: Knex): Promise<ProvenDevice>
}

export interface ProvenDevice {
  readonly id: string
  readonly generation: number
  /** For a device that was made just now: what the audit trail says of it. */
  readonly registered: Readonly<Record<string, string>> | undefined
}

/** @throws Fault FORBIDDEN. */
export function refuseRevoked(revokedAt: Date | null): void {
  if (revokedAt === null) return
  throw new Fault('FORBIDDEN', 'the device was revoked', {
    say: 'This device was revoked by an owner or admin of the app. It can buy no more sessions.',
  })
}
