import { Fault } from '../faults.js'
import { EnvironmentError } from '../program/config.js'
import { isPublicHostName } from './addresses.js'

/**
 * Hosts, `host` or `host:port`, that are exempt from the https and private-address rules. For development only, named
 * one by one (`PMA_ALLOW_PRIVATE_UPSTREAMS`). Cloud metadata addresses cannot be named.
 */
export type PrivateUpstreams = ReadonlySet<string>

const METADATA = new Set([
  '169.254.169.254',
  '[fd00:ec2::254]',
  '100.100.100.200',
  'metadata.google.internal',
  '168.63.129.16',
])

export function privateUpstreams(hosts: readonly string[]): PrivateUpstreams {
  return new Set(hosts.map((host) => host.toLowerCase()).filter((host) => !METADATA.has(host.replace(/:\d+$/, ''))))
}

/**
 * The exemptions in a service's configuration.
 *
 * @throws EnvironmentError in production: an exemption there would let an administrator dial inside the cluster.
 */
export function configuredPrivateUpstreams(
  mode: 'production' | 'development',
  hosts: readonly string[],
): PrivateUpstreams {
  if (mode === 'production' && hosts.length > 0) {
    throw new EnvironmentError(['PMA_ALLOW_PRIVATE_UPSTREAMS: it is only allowed with PMA_MODE=development'])
  }
  return privateUpstreams(hosts)
}

/** Whether this upstream is exempt. */
export function isPrivateUpstream(url: URL, exempt: PrivateUpstreams): boolean {
  return exempt.has(url.hostname) || exempt.has(url.host)
}

/**
 * Checks what an operator enters as a destination: https, a public host, no credentials. The dialler checks what its
 * name resolves to, each time.
 *
 * @throws Fault INVALID_REQUEST with the pointer.
 */
export function checkUpstreamUrl(url: URL, pointer: string, exempt: PrivateUpstreams): void {
  const refuse = (detail: string): never => {
    throw new Fault('INVALID_REQUEST', `${pointer}: ${detail}`, { errors: [{ pointer, detail }] })
  }
  if (url.username !== '' || url.password !== '')
    refuse('Leave user and password out of the URL; store them as a secret.')
  if (isPrivateUpstream(url, exempt)) return
  if (url.protocol !== 'https:') refuse('Give an https URL.')
  if (!isPublicHostName(url.hostname))
    refuse(
      'Give the host name of a provider on the public internet; private, local and metadata addresses are never contacted.',
    )
}
