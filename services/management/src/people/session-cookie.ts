import type { Client } from '../http/route.js'

/** RFC 6265bis: browsers accept a cookie with this prefix only over https, from this exact host and with path `/`. */
const SECURE_NAME = '__Host-pma'
/** For plain http on this machine, where browsers refuse the prefix. */
const LOOPBACK_NAME = 'pma'

/** The cookie's name for this client. Undefined over plain http, unless it asked for a host of this machine. */
export function cookieName({ secure, loopback }: Pick<Client, 'secure' | 'loopback'>): string | undefined {
  if (secure) return SECURE_NAME
  return loopback ? LOOPBACK_NAME : undefined
}

export function setCookie(client: Client, token: string, expiresAt: Date): Record<string, string> {
  const name = cookieName(client)
  if (name === undefined) return {}
  return {
    'set-cookie': `${name}=${token}; Path=/; Expires=${expiresAt.toUTCString()}; HttpOnly; SameSite=Strict${client.secure ? '; Secure' : ''}`,
  }
}

export function clearCookie(client: Client): Record<string, string> {
  return setCookie(client, '', new Date(0))
}

/** The value of a cookie. Undefined if there are two of the same name. */
export function readCookie(header: string | undefined, name: string): string | undefined {
  const found = (header ?? '')
    .split(';')
    .map((pair) => pair.trim())
    .filter((pair) => pair.startsWith(`${name}=`))
  const [only, ...others] = found
  return only === undefined || others.length > 0 ? undefined : only.slice(name.length + 1)
}
