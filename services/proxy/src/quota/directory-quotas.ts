import type { DirectoryClient } from '@protectmyapi/protos/generated/directory/v1/Directory'
import type { DrawQuotaRequest } from '@protectmyapi/protos/generated/directory/v1/DrawQuotaRequest'
import type { DrawQuotaResponse__Output } from '@protectmyapi/protos/generated/directory/v1/DrawQuotaResponse'
import type { QuotaCounter as WireCounter } from '@protectmyapi/protos/generated/directory/v1/QuotaCounter'
import { Fault } from '@protectmyapi/service-kit/faults'
import { callUnary, type ReloadingClient } from '@protectmyapi/service-kit/grpc/grpc-client'
import type { Quota } from '../routes/route.js'
import type { DrawQuota } from './draw-quota.js'
import type { QuotaCounter } from './quota-counters.js'

/** Short, because a phone waits for the answer. */
const DEADLINE_MS = 3_000

/** Quotas from management, over Postgres. */
export function directoryQuotas(
  directory: Pick<ReloadingClient<DirectoryClient>, 'current'>,
  bootId: string,
): DrawQuota {
  return async (draws, returns) => {
    const { blocks, nowMs } = await callUnary<DrawQuotaRequest, DrawQuotaResponse__Output>(
      (request, options, answer) => directory.current().drawQuota(request, options, answer),
      {
        bootId,
        returns: returns.map(({ counter, startsAtMs, units }) => ({ counter: toWire(counter), startsAtMs, units })),
        draws: draws.map(({ counter, needed, wanted }) => ({
          counter: toWire(counter),
          count: counter.count,
          needed,
          wanted,
        })),
      },
      DEADLINE_MS,
    )
    if (blocks.length !== draws.length) throw new Fault('UNAVAILABLE', 'an answer of another length than its question')
    return blocks.map((block) => ({ ...block, nowMs }))
  }
}

const SCOPES = {
  device: 'LIMIT_SCOPE_DEVICE',
  app: 'LIMIT_SCOPE_APP',
  organization: 'LIMIT_SCOPE_ORGANIZATION',
} as const satisfies Record<Quota['scope'], string>

const PERIODS = { day: 'QUOTA_PERIOD_DAY', month: 'QUOTA_PERIOD_MONTH' } as const satisfies Record<
  Quota['period'],
  string
>

function toWire({ organizationId, scope, subject, period }: QuotaCounter): WireCounter {
  return { organizationId, scope: SCOPES[scope], subject, period: PERIODS[period] }
}
