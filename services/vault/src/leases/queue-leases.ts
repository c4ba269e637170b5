import { createLane } from '@protectmyapi/service-kit/fairness/lanes'
import { Fault } from '@protectmyapi/service-kit/faults'
import { grantKeyId } from '../grants/verify-grant.js'
import { type GroupCommitOptions, groupCommit } from './group-commit.js'
import type { LeaseRequest } from './lease-transaction.js'

export const LEASE_QUEUE_LIMITS = {
  /**
   * Waiting leases of internal services, because any certificate of the trust domain may ask for one. Management issues
   * ten grants a second to a service.
   */
  services: { totalMax: 1_024, perOwnerMax: 64 },
} as const

interface Options<Result> extends Pick<GroupCommitOptions<LeaseRequest, Result>, 'run' | 'isOutage'> {
  /** SPIFFE id of the proxies. */
  readonly proxyId: string
}

/**
 * Queues requests for the shared transactions. Proxies have a queue of their own; every other identity has its share of
 * a second one. However much others ask for, no proxy waits behind them or is refused because the queue is full.
 *
 * The function throws Fault INVALID_GRANT for what is no grant at all, before it takes a place; UNAVAILABLE if there is
 * no place; and what `run` throws.
 */
export function queueLeases<Result>({
  proxyId,
  ...transaction
}: Options<Result>): (request: LeaseRequest) => Promise<Result> {
  const ofProxies = groupCommit(transaction)
  const ofServices = groupCommit(transaction)
  const lane = createLane(LEASE_QUEUE_LIMITS.services)

  return async (request) => {
    grantKeyId(request.grant)
    const { spiffeId } = request.peer
    if (spiffeId === proxyId) return ofProxies(request)
    const leave = lane.enter(spiffeId)
    if (!leave) throw new Fault('UNAVAILABLE', `too many leases of internal services are waiting, or of ${spiffeId}`)
    try {
      return await ofServices(request)
    } finally {
      leave()
    }
  }
}
