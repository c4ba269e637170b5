import type { Request } from 'express'
import type { Client } from './route.js'

const USER_AGENT_CHARS_MAX = 256
const LOOPBACK_HOSTS = new Set(['localhost', '127.0.0.1', '[::1]'])

/**
 * The client, as far as the trusted proxies vouch for it. With a public origin of https, every request counts as
 * secure, even where the proxy in between does not say so.
 */
export function clientOf(request: Request, publicOrigin: string | undefined): Client {
  return {
    address: request.ip ?? 'unknown',
    userAgent: (request.get('user-agent') ?? '').slice(0, USER_AGENT_CHARS_MAX),
    secure: request.protocol === 'https' || publicOrigin?.startsWith('https:') === true,
    loopback: LOOPBACK_HOSTS.has((request.get('host') ?? '').replace(/:\d+$/, '').toLowerCase()),
  }
}
