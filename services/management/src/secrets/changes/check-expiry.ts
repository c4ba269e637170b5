import type { Clock } from '@protectmyapi/service-kit/clock'
import { Fault } from '@protectmyapi/service-kit/faults'

/** @throws Fault INVALID_REQUEST for an expiry that has passed. */
export function checkExpiry(expiresAt: Date | null, clock: Clock): void {
  if (expiresAt === null || expiresAt.getTime() > clock.wallMs()) return
  throw new Fault('INVALID_REQUEST', 'an expiry in the past', {
    errors: [{ pointer: '/expiresAt', detail: 'Give a moment in the future, or leave it out.' }],
  })
}
