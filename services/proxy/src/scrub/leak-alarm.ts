import type { Fault } from '@protectmyapi/service-kit/faults'
import type { Logger } from '@protectmyapi/service-kit/program/log'
import type { Route } from '../routes/route.js'

/**
 * Calls somebody where an answer held an injected value: that provider shows a key to whoever asks it, over other ways
 * too. Answers whether it did. Which part of the answer, and which form, is in no line: it would be a hint at the value.
 */
export function alarmOnLeak(log: Logger, fault: Fault | null, requestId: string, route: Route): boolean {
  if (fault?.code !== 'UPSTREAM_LEAKED_KEY') return false
  const { organizationId, serviceId, target } = route
  log.error({ requestId, organizationId, serviceId, origin: target.origin }, 'key leaked by provider')
  return true
}
