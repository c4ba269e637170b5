import type { Fault } from '@protectmyapi/service-kit/faults'
import type { Logger } from '@protectmyapi/service-kit/program/log'
import type { Route } from '../routes/route.js'

/**
 * Alerts an operator where an answer held an injected value, because that provider shows the key to anyone who asks it,
 * in other ways too. Returns whether it did. No log line says which part of the answer or which form it was, because
 * that would be a hint at the value.
 */
export function alarmOnLeak(log: Logger, fault: Fault | null, requestId: string, route: Route): boolean {
  if (fault?.code !== 'UPSTREAM_LEAKED_KEY') return false
  const { organizationId, serviceId, target } = route
  log.error({ requestId, organizationId, serviceId, origin: target.origin }, 'key leaked by provider')
  return true
}
