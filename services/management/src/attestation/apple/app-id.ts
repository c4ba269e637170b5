import { createHash } from 'node:crypto'
import { Fault } from '@protectmyapi/service-kit/faults'

/** How Apple names an app: hashed into each attestation and assertion. */
export function appIdHash(teamId: string, bundleId: string): Buffer {
  return createHash('sha256').update(`${teamId}.${bundleId}`, 'utf8').digest()
}

/** The bundle id whose app this is the hash of. @throws Fault ATTESTATION_FAILED. */
export function bundleIdOf(rpIdHash: Buffer, teamId: string, bundleIds: readonly string[]): string {
  const bundleId = bundleIds.find((id) => appIdHash(teamId, id).equals(rpIdHash))
  if (bundleId !== undefined) return bundleId
  throw new Fault('ATTESTATION_FAILED', 'the app id is another one', {
    say: 'This build has another team or bundle id than the app’s settings. Compare attestation.apple.teamId and attestation.apple.bundleIds with the build.',
  })
}
