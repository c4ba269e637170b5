import type { Request } from 'express'
import type { Client } from './route.js'

const USER_AGENT_CHARS_MAX = 256
const LOOPBACK_HOSTS = new Set(['localhost', '127.0.0.1', '[::1]'])

/**
 * Who is at the other end, as far as the trusted proxies vouch for it. Pages served from a public origin of https are
 * secure even where the proxy in between says nothing of it.
 */
export function clientOf(request: Request, publicOrigin: string | undefined): Client {
  return {
    address: request.ip ?? 'unknown',
    userAgent: (request.get('user-agent') ?? '').slice(0, USER_AGENT_CHARS_MAX),
    secure: request.protocol === 'https' || publicOrigin?.startsWith('https:') === true,
    loopback: LOOPBACK_HOSTS.has((request.get('host') ?? '').replace(/:\d+$/, '').toLowerCase()),
  }
}
