import type { App } from '../../api/types.js'

/** Whether an app needs sessions, and no released copy of it can buy one. */
export function lacksAttestation({ policy, attestation }: Pick<App, 'policy' | 'attestation'>): boolean {
  return policy === 'enforce' && Object.values(attestation).every((way) => way === null)
}
