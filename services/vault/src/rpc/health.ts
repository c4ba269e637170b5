import type { Server } from '@grpc/grpc-js'
import type { Logger } from '@protectmyapi/service-kit/program/log'
import { withinMs } from '@protectmyapi/service-kit/within-ms'
import { HealthImplementation } from 'grpc-health-check'

const LIMITS = {
  /** Time between two probes. */
  everyMs: 2_000,
  /** A probe without an answer counts as failed. */
  probeMs: 1_500,
} as const

/** '' stands for the server as a whole. */
const SERVICES = ['', 'protectmyapi.vault.v1.Vault'] as const

export interface Health {
  /** Why the vault does not serve, by the last probe, as text for whoever probes; empty while it serves. */
  obstacle(): string
  /** Reports NOT_SERVING from now on. */
  stop(): void
}

/**
 * The standard health service: reports serving while Postgres answers. The KMS is not asked: a short outage of it would
 * take down every replica at once, although their data keys stay warm for minutes.
 */
export async function serveHealth(server: Server, probe: () => Promise<unknown>, log: Logger): Promise<Health> {
  const health = new HealthImplementation()
  health.addToServer(server)
  let last: boolean | undefined
  let stopped = false

  async function check(): Promise<void> {
    const serving = await answersInTime(probe)
    if (stopped || serving === last) return
    last = serving
    say(serving)
    if (serving) log.info('serving')
    else log.error('not serving: Postgres does not answer')
  }

  function say(serving: boolean): void {
    for (const service of SERVICES) health.setStatus(service, serving ? 'SERVING' : 'NOT_SERVING')
  }

  await check()
  const timer = setInterval(() => void check(), LIMITS.everyMs)
  timer.unref()
  return {
    obstacle: () => (stopped ? 'This process is shutting down.' : last === true ? '' : 'The database does not answer.'),
    stop() {
      stopped = true
      clearInterval(timer)
      say(false)
    },
  }
}

function answersInTime(probe: () => Promise<unknown>): Promise<boolean> {
  const answers = probe().then(
    () => true,
    () => false,
  )
  return withinMs(answers, LIMITS.probeMs, () => false)
}
