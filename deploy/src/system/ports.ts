import os from 'node:os'
import { isPortFree } from '@protectmyapi/dev-kit/free-port'
import { type LauncherConfig, PORT_VARIABLES, type Ports } from './launcher-config.js'

/** @throws Error that names the part, the port, and the variable that changes the port. */
export async function checkPorts(config: LauncherConfig): Promise<void> {
  for (const { part, host, port } of wanted(config)) {
    if (await isPortFree(port, host)) continue
    const variable = PORT_VARIABLES[part]
    const moved = config.ports[part] + 10_000
    throw new Error(
      `Port ${port} on ${host}, for ${part}, is taken or not allowed. Free it, or choose another: ${variable}=${moved} make run`,
    )
  }
}

function wanted({
  host,
  ports,
  proxies,
  databaseUrl,
  redis,
}: LauncherConfig): { part: keyof Ports; host: string; port: number }[] {
  const loopback = '127.0.0.1'
  return [
    { part: 'management', host, port: ports.management },
    ...Array.from({ length: proxies }, (_, index) => ({ part: 'proxy' as const, host, port: ports.proxy + index })),
    { part: 'directory', host: loopback, port: ports.directory },
    { part: 'vault', host: loopback, port: ports.vault },
    { part: 'provider', host: loopback, port: ports.provider },
    ...(databaseUrl === undefined ? [{ part: 'postgres' as const, host: loopback, port: ports.postgres }] : []),
    ...(redis.kind === 'own' ? [{ part: 'redis' as const, host: loopback, port: ports.redis }] : []),
  ]
}

/** The address at which a phone on the same network reaches this machine. */
export function lanAddress(): string | undefined {
  const all = Object.values(os.networkInterfaces()).flatMap((addresses) => addresses ?? [])
  return all.find(({ family, internal }) => family === 'IPv4' && !internal)?.address
}

/** How a process on this machine reaches a server that listens on `host`. */
export function reachable(host: string): string {
  if (host === '0.0.0.0' || host === '::') return '127.0.0.1'
  return host.includes(':') ? `[${host}]` : host
}
