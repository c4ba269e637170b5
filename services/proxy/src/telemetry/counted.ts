import { BATCH } from '@protectmyapi/service-kit/telemetry/attributes'
import { CLIENT, inSpan } from '@protectmyapi/service-kit/telemetry/spans'
import type { Admit } from '../admit/admit.js'
import type { Append } from '../admit/redis-append.js'
import type { LeaseSource } from '../lease/lease-source.js'
import type { VaultLeases } from '../lease/vault-leases.js'
import type { DrawQuota } from '../quota/draw-quota.js'
import type { ProxyMeasures } from './proxy-measures.js'

/** Traced by the batch, in the trace of the request that began it. Riders are not counted as admissions. */
export function countedAppend(append: Append, admissions: ProxyMeasures['admissions']): Append {
  return (shard, requests, riders) =>
    inSpan('admit by redis', () => append(shard, requests, riders), CLIENT, { [BATCH]: requests.length }).then(
      (appended) => {
        admissions.up('redis limited', appended.refused.size)
        admissions.up('redis admitted', requests.length - appended.refused.size)
        return appended
      },
      (err: unknown) => {
        admissions.up('redis failed', requests.length)
        throw err
      },
    )
}

export function countedAdmit(admit: Admit, admissions: ProxyMeasures['admissions']): Admit {
  return async (item) => {
    try {
      const outcome = await admit(item)
      admissions.up(outcome.admitted ? 'directory admitted' : 'directory limited')
      return outcome
    } catch (err) {
      admissions.up('directory failed')
      throw err
    }
  }
}

/** What is in memory counts once a request, however many secrets it needs. */
export function countedHeld<Source extends LeaseSource>(source: Source, leases: ProxyMeasures['leases']): Source {
  return {
    ...source,
    held(route) {
      const held = source.held(route)
      if (held) leases.up('memory')
      return held
    },
  }
}

export function countedVault(vault: VaultLeases, leases: ProxyMeasures['leases']): VaultLeases {
  return {
    async lease(question) {
      const answer = await vault.lease(question)
      leases.up('vault', answer.answers.filter((one) => 'lease' in one).length)
      return answer
    },
  }
}

export function countedDraws(draw: DrawQuota, draws: ProxyMeasures['quotaDraws']): DrawQuota {
  return async (asked, returned) => {
    try {
      const blocks = await draw(asked, returned)
      draws.up('OK', asked.length)
      return blocks
    } catch (err) {
      draws.up('FAILED', asked.length)
      throw err
    }
  }
}
