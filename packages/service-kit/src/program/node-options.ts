/**
 * The options with which a service may be started: for its size, names and CAs, warnings, and further hardening. A list
 * of forbidden options would be incomplete, because Node and V8 have hundreds and each release adds some that write
 * memory, strings, TLS keys or a log of what is sent.
 */
const ALLOWED: ReadonlySet<string> = new Set([
  '--huge-max-old-generation-size',
  '--initial-heap-size',
  '--initial-old-space-size',
  '--max-heap-size',
  '--max-old-space-size',
  '--max-old-space-size-percentage',
  '--max-semi-space-size',
  '--min-semi-space-size',
  '--optimize-for-size',
  '--stack-size',
  '--use-largepages',
  '--v8-pool-size',
  // Prints figures only.
  '--trace-gc',
  '--trace-gc-nvp',

  '--dns-result-order',
  '--network-family-autoselection',
  '--no-network-family-autoselection',
  '--network-family-autoselection-attempt-timeout',

  '--use-bundled-ca',
  '--use-openssl-ca',
  '--use-system-ca',
  '--tls-min-v1.3',
  '--enable-fips',
  '--force-fips',

  '--no-warnings',
  '--disable-warning',
  '--no-deprecation',
  '--trace-deprecation',
  '--trace-warnings',
  '--enable-source-maps',
  '--stack-trace-limit',

  '--disable-sigusr1',
  // Opens nothing by itself.
  '--inspect-port',
  '--disable-proto',
  '--disallow-code-generation-from-strings',
  '--jitless',
  '--no-addons',
  '--secure-heap',
  '--secure-heap-min',
])

/** The first option that is not in the list, on the command line or in NODE_OPTIONS, in any spelling or quoting. */
export function strangeOption(execArgv: readonly string[], nodeOptions = ''): string | undefined {
  const words = [...execArgv, ...unquoted(nodeOptions).split(/\s+/)]
  // A word without a leading dash is the value of the option before it.
  return words
    .filter((word) => word.startsWith('-'))
    .map(withDashes)
    .find((option) => !ALLOWED.has(nameOf(option)))
}

/** Removes what Node takes for quotes and escapes anywhere in NODE_OPTIONS: no allowed option needs any. */
function unquoted(options: string): string {
  return options.replace(/["\\]/g, '')
}

/** Node and V8 read `--heap_prof` as `--heap-prof`. */
function withDashes(option: string): string {
  const [name = ''] = option.split('=', 1)
  return name.replaceAll('_', '-') + option.slice(name.length)
}

/** V8 accepts one dash instead of two. */
function nameOf(option: string): string {
  return option.replace(/=.*/s, '').replace(/^--?/, '--')
}
