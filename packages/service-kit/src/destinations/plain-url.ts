const AUTHORITY = /^https?:\/\/([a-z0-9_.:[\]-]+)(?:[/?#][^\0- ]*)?$/i
const DEFAULT_PORTS: Readonly<Record<string, string>> = { 'http:': '80', 'https:': '443' }

/**
 * Are scheme, host and port written as the URL parser understood them, but for case and a default port? It takes much
 * more for a host (WHATWG URL § 4.4): tabs and line ends within, one slash or none, an empty user, escapes, circled
 * letters, `010.0.2056` for 8.0.8.8. Another reader, a person first, takes those for another one. A name beyond ASCII is
 * written as DNS has it (`xn--…`, RFC 5890), so that letters that look alike are seen.
 */
export function isPlainlyWritten(text: string, url: URL): boolean {
  const written = AUTHORITY.exec(text)?.[1]?.toLowerCase()
  const port = url.port || DEFAULT_PORTS[url.protocol]
  return port !== '0' && (written === url.host || written === `${url.hostname}:${port}`)
}
