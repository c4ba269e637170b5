import { writeFileSync } from 'node:fs'
import inspector from 'node:inspector'
import { syncBuiltinESMExports } from 'node:module'
import v8 from 'node:v8'
import { ConfigError } from './config.js'
import { strangeOption } from './node-options.js'

/** The parts of the process that are checked or changed. */
export type HardenedHost = Pick<NodeJS.Process, 'env' | 'execArgv' | 'on' | 'platform'>

/**
 * Anyone who may read /proc/<pid>/environ could read it. The services read their own secrets from files, never from
 * variables.
 */
const HOLDS_A_SECRET = 'a secret does not belong in the environment'
const LOGS_WHAT_IS_SENT = 'Node and libraries would log what they send, keys and passwords as well; leave it out'

/**
 * Variables that other code reads by itself: Node, OpenSSL, the AWS SDK, Postgres' driver, OpenTelemetry's exporters.
 */
const REFUSED_VARIABLES = {
  AWS_SECRET_ACCESS_KEY: HOLDS_A_SECRET,
  AWS_SESSION_TOKEN: HOLDS_A_SECRET,
  AWS_CONTAINER_AUTHORIZATION_TOKEN: `${HOLDS_A_SECRET}; AWS_CONTAINER_AUTHORIZATION_TOKEN_FILE names a file`,
  PGPASSWORD: HOLDS_A_SECRET,
  OTEL_EXPORTER_OTLP_HEADERS: HOLDS_A_SECRET,
  OTEL_EXPORTER_OTLP_TRACES_HEADERS: HOLDS_A_SECRET,
  OTEL_EXPORTER_OTLP_METRICS_HEADERS: HOLDS_A_SECRET,
  NODE_DEBUG: LOGS_WHAT_IS_SENT,
  NODE_DEBUG_NATIVE: LOGS_WHAT_IS_SENT,
  DEBUG: LOGS_WHAT_IS_SENT,
  NODE_TLS_REJECT_UNAUTHORIZED:
    'any server would be taken for the right one; leave it out, and name a CA by NODE_EXTRA_CA_CERTS or a …_CA_FILE',
  SSLKEYLOGFILE: 'the keys of connections would be written to a file; leave it out',
} as const

/**
 * Selects which mappings a core dump contains (core(5)): none. A process cannot set its own size limit without native
 * code.
 */
const CORE_DUMP_FILTER = '/proc/self/coredump_filter'

/**
 * Closes ways into this process's memory, which holds keys, for anybody who may send it signals, and refuses to go on
 * if it was started in a way that reveals keys. Call it before reading any secret. Debuggers are allowed in development
 * only.
 *
 * Other ways are left to the image, the cluster and the kernel: ptrace, /proc/<pid>/mem, the code itself.
 *
 * @throws ConfigError if the process was started with an inspector, with an option that is not known to be harmless, or
 * with a variable that reveals secrets.
 */
export function hardenProcess(host: HardenedHost): void {
  if (host.env.PMA_MODE === 'development') return
  // By default Node opens an inspector on SIGUSR1; a listener prevents that. --disable-sigusr1 needs Node 22.14 or
  // later.
  host.on('SIGUSR1', () => undefined)
  if (inspector.url() !== undefined) throw refuse('an inspector is open')
  const option = strangeOption(host.execArgv, host.env.NODE_OPTIONS)
  if (option !== undefined)
    throw refuse(
      `Node was started with ${option}, which is not on the allow-list in docs/operations.md; remove it from NODE_OPTIONS ` +
        'and the command line',
    )
  for (const [name, why] of Object.entries(REFUSED_VARIABLES))
    if (host.env[name]) throw refuse(`${name} is set: ${why}`)
  refuseHeapSnapshots()
  if (host.platform === 'linux') writeFileSync(CORE_DUMP_FILTER, '0')
}

/** Prevents all loaded code, packages included, from writing the heap to a file or a stream. */
function refuseHeapSnapshots(): void {
  const refused = (): never => {
    throw new Error('heap snapshots are refused: they would contain keys')
  }
  Object.assign(v8, { writeHeapSnapshot: refused, getHeapSnapshot: refused, setHeapSnapshotNearHeapLimit: refused })
  syncBuiltinESMExports()
}

function refuse(what: string): ConfigError {
  return new ConfigError(
    `In production, nothing may reveal the keys in this process: ${what}. PMA_MODE=development allows it.`,
  )
}
