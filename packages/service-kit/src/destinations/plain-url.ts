const AUTHORITY = /^https?:\/\/([a-z0-9_.:[\]-]+)(?:[/?#][^\0- ]*)?$/i
const DEFAULT_PORTS: Readonly<Record<string, string>> = { 'http:': '80', 'https:': '443' }

/**
 * Whether scheme, host and port are written as the URL parser understood them, apart from case and a default port. The
 * parser accepts much more for a host (WHATWG URL § 4.4): tabs and line ends within it, one slash or none, an empty
 * user, escapes, circled letters, `010.0.2056` for 8.0.8.8. Another reader, above all a person, would take these for
 * another host. A name beyond ASCII has to be written as in DNS (`xn--…`, RFC 5890), so that letters that look alike
 * are noticed.
 */
export function isPlainlyWritten(text: string, url: URL): boolean {
  const written = AUTHORITY.exec(text)?.[1]?.toLowerCase()
  const port = url.port || DEFAULT_PORTS[url.protocol]
  return port !== '0' && (written === url.host || written === `${url.hostname}:${port}`)
}
