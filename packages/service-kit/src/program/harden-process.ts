import { writeFileSync } from 'node:fs'
import inspector from 'node:inspector'
import { syncBuiltinESMExports } from 'node:module'
import v8 from 'node:v8'
import { ConfigError } from './config.js'

/** What it looks at of its process. */
export type HardenedHost = Pick<NodeJS.Process, 'env' | 'execArgv' | 'on' | 'platform'>

/**
 * Options of Node, and of V8 behind it, that open the memory, or write it to a file. `--inspect-port` alone opens nothing.
 * V8 takes one dash for two.
 */
const OPENS_MEMORY = /^--?(inspect(-brk|-wait)?|heap-?snapshot-[\w-]+|heap-prof|abort-on-uncaught-exception)(=|$)/

/**
 * Anyone who may read /proc/<pid>/environ would read them. Ours come from files, and are no variables; the exporters of
 * OpenTelemetry read theirs by themselves.
 */
const SECRET_VARIABLES = [
  'AWS_SECRET_ACCESS_KEY',
  'AWS_SESSION_TOKEN',
  'PGPASSWORD',
  'OTEL_EXPORTER_OTLP_HEADERS',
  'OTEL_EXPORTER_OTLP_TRACES_HEADERS',
  'OTEL_EXPORTER_OTLP_METRICS_HEADERS',
] as const

/** Which mappings a core dump holds (core(5)): none. A process cannot set its own limit without native code. */
const CORE_DUMP_FILTER = '/proc/self/coredump_filter'

/**
 * Closes what would open this process's memory, where keys are, to who may signal it or start it with other options. To be
 * called before anything secret is read. In development alone a debugger is welcome.
 *
 * What remains is for the image, the cluster and the kernel: ptrace, /proc/<pid>/mem, the code itself.
 *
 * @throws ConfigError where it was started with an inspector, or with options or variables that give secrets away.
 */
export function hardenProcess(host: HardenedHost): void {
  if (host.env.PMA_MODE === 'development') return
  // Node's own answer to SIGUSR1 is an inspector; a listener takes its place. --disable-sigusr1 is of Node 22.14 and later.
  host.on('SIGUSR1', () => undefined)
  if (inspector.url() !== undefined) throw refuse('an inspector is open')
  const options = [...host.execArgv, ...unquoted(host.env.NODE_OPTIONS ?? '').split(/\s+/)].map(withDashes)
  const opening = options.find((option) => OPENS_MEMORY.test(option))
  if (opening !== undefined) throw refuse(`Node was started with ${opening}`)
  const variable = SECRET_VARIABLES.find((name) => host.env[name] !== undefined)
  if (variable !== undefined) throw refuse(`${variable} is set: a secret does not belong in the environment`)
  refuseHeapSnapshots()
  if (host.platform === 'linux') writeFileSync(CORE_DUMP_FILTER, '0')
}

/** Of what Node takes for quotes and escapes in NODE_OPTIONS, wherever in an option they stand: none of ours needs any. */
function unquoted(options: string): string {
  return options.replace(/["\\]/g, '')
}

/** Node and V8 read `--heap_prof` as `--heap-prof`. */
function withDashes(option: string): string {
  const [name = ''] = option.split('=', 1)
  return name.replaceAll('_', '-') + option.slice(name.length)
}

/** No code that is loaded, of a package either, writes the heap to a file or a stream. */
function refuseHeapSnapshots(): void {
  const refused = (): never => {
    throw new Error('heap snapshots are refused: they hold keys')
  }
  Object.assign(v8, { writeHeapSnapshot: refused, getHeapSnapshot: refused, setHeapSnapshotNearHeapLimit: refused })
  syncBuiltinESMExports()
}

function refuse(what: string): ConfigError {
  return new ConfigError(`In production this process keeps its memory shut: ${what}. PMA_MODE=development allows it.`)
}
