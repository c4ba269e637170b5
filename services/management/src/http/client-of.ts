import type { Request } from 'express'
import type { Client } from './route.js'

const USER_AGENT_CHARS_MAX = 256
const LOOPBACK_HOSTS = new Set(['localhost', '127.0.0.1', '[::1]'])

/** Who is at the other end, as far as the trusted proxies vouch for it. */
export function clientOf(request: Request): Client {
  return {
    address: request.ip ?? 'unknown',
    userAgent: (request.get('user-agent') ?? '').slice(0, USER_AGENT_CHARS_MAX),
    secure: request.protocol === 'https',
    loopback: LOOPBACK_HOSTS.has((request.get('host') ?? '').replace(/:\d+$/, '').toLowerCase()),
  }
}
