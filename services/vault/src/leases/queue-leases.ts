import { createLane } from '@protectmyapi/service-kit/fairness/lanes'
import { Fault } from '@protectmyapi/service-kit/faults'
import { grantKeyId } from '../grants/verify-grant.js'
import { type GroupCommitOptions, groupCommit } from './group-commit.js'
import type { LeaseRequest } from './lease-transaction.js'

export const LEASE_QUEUE_LIMITS = {
  /**
   * Leases of internal services that wait: any certificate of the trust domain may ask for one. A service gets ten grants
   * a second from management.
   */
  services: { totalMax: 1_024, perOwnerMax: 64 },
} as const

interface Options<Result> extends Pick<GroupCommitOptions<LeaseRequest, Result>, 'run' | 'isOutage'> {
  /** SPIFFE id of the proxies. */
  readonly proxyId: string
}

/**
 * The way of requests into shared transactions. Proxies have a queue of their own, and every other identity its share of a
 * second one: whoever asks for whatever it may, no proxy waits behind it, nor is refused for want of a place.
 *
 * The function throws Fault INVALID_GRANT for what is no grant at all, before it takes a place; UNAVAILABLE where there is
 * none; and what `run` throws.
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
