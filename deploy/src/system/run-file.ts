import path from 'node:path'
import { HOST_SUFFIX } from './environments.js'
import { proxyName } from './identities.js'
import { writePrivate } from './local-files.js'
import { reachable } from './ports.js'
import type { RunningSystem } from './start-system.js'

/** The contents of `.local/run.json`, for scripts. */
export interface RunFacts {
  readonly system: RunningSystem
  /** The id of organization Demo. */
  readonly organization: string
  readonly pids: ReadonlyMap<string, number>
}

/** Base URLs as seen from this machine. */
export function addresses({ config }: RunningSystem): {
  management: string
  proxies: string[]
  vault: string
  directory: string
  provider: string
} {
  const host = reachable(config.host)
  return {
    management: `http://${host}:${config.ports.management}`,
    proxies: Array.from({ length: config.proxies }, (_, index) => `http://${host}:${config.ports.proxy + index}`),
    vault: `127.0.0.1:${config.ports.vault}`,
    directory: `127.0.0.1:${config.ports.directory}`,
    provider: `http://127.0.0.1:${config.ports.provider}`,
  }
}

export async function writeRunFile(file: string, { system, organization, pids }: RunFacts): Promise<void> {
  const { identities, databases, redis, owner, state, logs } = system
  const { management, proxies, vault, directory, provider } = addresses(system)
  const demo = state.get().demo
  const facts = {
    management,
    proxies,
    proxy: proxies[0],
    hostSuffix: HOST_SUFFIX,
    vault,
    directory,
    owner,
    organization,
    app: demo === undefined ? null : { id: demo.app.id, token: demo.app.token, debugToken: demo.app.debugToken },
    service: demo?.service ?? null,
    provider,
    databases: {
      management: databases.management.adminUrl,
      vault: databases.vault.adminUrl,
      vaultKeys: databases.vaultKeys.adminUrl,
    },
    redis: redis?.url ?? null,
    logs,
    ca: identities.ca,
    caKey: identities.caKey,
    identities: {
      vault: identities.vault,
      management: identities.management,
      proxy: identities.proxies[0],
      service: identities.service,
      internalDemo: identities.internalDemo,
    },
    internalSecret: state.get().internalSecret ?? null,
    pids: withAlias(pids),
  }
  await writePrivate(file, `${JSON.stringify(facts, null, 2)}\n`)
}

/** `proxy` is the first proxy, as among the addresses. */
function withAlias(pids: ReadonlyMap<string, number>): Record<string, number> {
  const first = pids.get(proxyName(0))
  return { launcher: process.pid, ...Object.fromEntries(pids), ...(first === undefined ? {} : { proxy: first }) }
}

export function runFilePath(stateDir: string): string {
  return path.join(stateDir, 'run.json')
}
