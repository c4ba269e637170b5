import net from 'node:net'
import type { z } from 'zod'
import type { Pod, Service } from './api-objects.js'

/**
 * Replaces a cluster's DNS and kube-proxy: names for /etc/hosts, and relays for Services whose port differs from the
 * pod's.
 */
export interface ServiceAddresses {
  readonly hosts: readonly string[]
  close(): Promise<void>
}

/** Pods listen on all of loopback, so a Service whose port is its pod's needs a name only. */
export async function addressServices(
  services: readonly z.output<typeof Service>[],
  pods: readonly Pod[],
  namespace: string,
): Promise<ServiceAddresses> {
  const relays: net.Server[] = []
  const hosts: string[] = []
  for (const [index, { metadata, spec }] of services.entries()) {
    let address = '127.0.0.1'
    for (const { port, targetPort } of spec.ports) {
      const target = typeof targetPort === 'number' ? targetPort : portNamed(pods, targetPort)
      if (target === port) continue
      address = `127.1.0.${index + 1}`
      relays.push(await relay(address, port, target))
    }
    hosts.push(`${address} ${metadata.name}.${namespace}.svc ${metadata.name}`)
  }
  return {
    hosts,
    async close() {
      for (const one of relays) await new Promise<void>((resolve) => one.close(() => resolve()))
    },
  }
}

function portNamed(pods: readonly Pod[], name: string): number {
  for (const { spec } of pods)
    for (const { ports } of spec.containers) {
      const found = ports.find((port) => port.name === name)
      if (found !== undefined) return found.containerPort
    }
  throw new Error(`no pod has a port ${name}`)
}

function relay(address: string, port: number, target: number): Promise<net.Server> {
  const server = net.createServer((from) => {
    const to = net.connect(target, '127.0.0.1')
    from.on('error', () => to.destroy())
    to.on('error', () => from.destroy())
    from.pipe(to).pipe(from)
  })
  return new Promise((resolve, reject) => {
    server.once('error', reject)
    server.listen(port, address, () => resolve(server))
  })
}
