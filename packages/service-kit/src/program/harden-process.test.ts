import { spawn } from 'node:child_process'
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises'
import os from 'node:os'
import path from 'node:path'
import { fileURLToPath } from 'node:url'
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals'
import { type HardenedHost, hardenProcess } from './harden-process.js'
import { strangeOption } from './node-options.js'

const PROGRAM = fileURLToPath(new URL('../../dist/program/program.js', import.meta.url))

/** Serves nothing and waits for a signal to end; then prints what taking a heap snapshot results in. */
const SCRIPT = `
  import { writeHeapSnapshot } from 'node:v8'
  import { createLogger } from '${new URL('../../dist/program/log.js', import.meta.url)}'
  import { runProgram } from '${new URL(`file://${PROGRAM}`)}'
  await runProgram(process, {
    name: 'thing', about: 'thing', describeEnvironment: () => '', commands: {},
    async serve(endWith) {
      const log = createLogger('thing', 'info')
      const alive = setInterval(() => undefined, 1_000)
      endWith(log, async () => {
        clearInterval(alive)
        try { writeHeapSnapshot('/dev/null'); console.log('snapshot written') } catch (err) { console.log(err.message) }
      })
      return { log, ready: {} }
    },
  })`

let folder = ''
let program = ''

beforeAll(async () => {
  folder = await mkdtemp(path.join(os.tmpdir(), 'pma-harden-'))
  program = path.join(folder, 'program.mjs')
  await writeFile(program, SCRIPT)
})
afterAll(() => rm(folder, { recursive: true }))

interface Seen {
  readonly code: number | null
  readonly out: string
  readonly err: string
  readonly coreDumpFilter: string
}

/**
 * Runs the script in a process of its own, because hardening concerns the whole process. Calls `whenReady` with its id,
 * then ends it.
 */
function run(
  env: Readonly<Record<string, string>>,
  {
    options = [],
    whenReady = () => undefined,
  }: { options?: readonly string[]; whenReady?: (pid: number) => void } = {},
): Promise<Seen> {
  return new Promise((resolve) => {
    const child = spawn(process.execPath, [...options, program], { env })
    const written = { out: '', err: '', coreDumpFilter: '' }
    child.stderr.on('data', (chunk: Buffer) => {
      written.err += chunk
    })
    child.stdout.on('data', (chunk: Buffer) => {
      written.out += chunk
      if (!String(chunk).includes('"ready"')) return
      whenReady(child.pid ?? 0)
      void coreDumpFilterOf(child.pid).then((filter) => {
        written.coreDumpFilter = filter
        child.kill('SIGTERM')
      })
    })
    child.once('close', (code) => resolve({ code, ...written }))
  })
}

const coreDumpFilterOf = (pid = 0): Promise<string> =>
  process.platform === 'linux' ? readFile(`/proc/${pid}/coredump_filter`, 'latin1') : Promise.resolve('00000000\n')

const signalled = (pid: number): void => void process.kill(pid, 'SIGUSR1')
/** Any free port, in case the inspector opens after all; the option by itself opens nothing. */
const anyPort = { options: ['--inspect-port=0'] }

/** The parts of a host that are checked before anything is changed. */
const host = (env: Readonly<Record<string, string>>, execArgv: string[] = []): HardenedHost =>
  ({ env, execArgv, on: () => undefined, platform: 'darwin' }) as unknown as HardenedHost

describe('the start of a process in production', () => {
  it.each([
    'AWS_SECRET_ACCESS_KEY',
    'AWS_SESSION_TOKEN',
    'PGPASSWORD',
    'OTEL_EXPORTER_OTLP_HEADERS',
    'OTEL_EXPORTER_OTLP_TRACES_HEADERS',
    'OTEL_EXPORTER_OTLP_METRICS_HEADERS',
    'AWS_CONTAINER_AUTHORIZATION_TOKEN',
  ])('is refused if %s is set, because it holds a secret', (name) => {
    expect(() => hardenProcess(host({ [name]: 'x' }))).toThrow(`${name} is set: a secret`)
  })

  it.each([
    ['NODE_DEBUG', 'undici'],
    ['NODE_DEBUG_NATIVE', 'http'],
    ['DEBUG', 'ioredis:*'],
    ['NODE_TLS_REJECT_UNAUTHORIZED', '0'],
    ['SSLKEYLOGFILE', '/tmp/keys'],
  ])('is refused with %s=%s, which would give keys away', (name, value) => {
    expect(() => hardenProcess(host({ [name]: value }))).toThrow(new RegExp(`${name} is set: .*leave it out`))
  })

  it.each([
    '--heap_prof',
    '--heap-snapshot-on-oom',
    '-heap_snapshot_on_gc=3',
    '--inspect_brk=0',
    '--abort_on_uncaught_exception',
    '--tls-keylog=keys',
    '--tls_keylog=keys',
    '--trace-tls',
    '--trace-deopt-verbose',
    '-trace-deopt-verbose',
    '--prof',
    '--log-all',
    '--insecure-http-parser',
    '--tls-min-v1.0',
    '--report-on-signal',
    '--import=data:text/javascript,',
    '-r',
    '--an-option-of-a-later-node',
  ])('is refused with the Node option %s', (option) => {
    const given = option.replaceAll('_', '-')
    const refusal = `Node was started with ${given}, which is not on the allow-list in docs/operations.md; remove it`
    expect(() => hardenProcess(host({}, [option]))).toThrow(refusal)
    expect(() => hardenProcess(host({ NODE_OPTIONS: `--no-warnings ${option}` }))).toThrow(refusal)
  })

  it.each([
    '"--heapsnapshot-signal=SIGUSR2"',
    '"--tls-key\\log=keys"',
    '--no-warnings --heap"snapshot\\_near"_heap-limit=1',
    '"--heap-prof"',
  ])('is refused with NODE_OPTIONS of %s', (options) => {
    expect(() => hardenProcess(host({ NODE_OPTIONS: options }))).toThrow('nothing may reveal the keys')
  })
})

describe('a process in production', () => {
  it('opens no inspector at SIGUSR1, unlike one in development', async () => {
    const production = await run({}, { ...anyPort, whenReady: signalled })
    expect(production).toMatchObject({ code: 0, err: '' })
    const development = await run({ PMA_MODE: 'development' }, { ...anyPort, whenReady: signalled })
    expect(development.err).toContain('Debugger listening')
  }, 20_000)

  it('may be started with each Node option that docs/operations.md lists', async () => {
    const text = await readFile(new URL('../../../../docs/operations.md', import.meta.url), 'utf8')
    const list = text.slice(text.indexOf('  Size: `--'), text.indexOf('- **A secret in the environment**'))
    const options = [...list.matchAll(/`(--[\w.-]+)`/g)].map(([, option = '']) => option)
    expect(options).toContain('--max-semi-space-size')
    expect(options.filter((option) => strangeOption([option]) !== undefined)).toEqual([])
  })

  it('starts with Node options such as images, charts and operators give it', async () => {
    const options = ['--max-semi-space-size=32', '-stack_trace_limit=20', '--dns-result-order', 'ipv4first']
    const env = { NODE_OPTIONS: '--max_old_space_size=256 --no-warnings "--enable-source-maps"', DEBUG: '' }
    expect(await run(env, { options })).toMatchObject({ code: 0, err: '' })
  }, 20_000)

  it('refuses heap snapshots and keeps its memory out of core dumps', async () => {
    const { code, out, coreDumpFilter } = await run({})
    expect([code, coreDumpFilter]).toEqual([0, '00000000\n'])
    expect(out).toContain('heap snapshots are refused')
    expect((await run({ PMA_MODE: 'development' })).out).toContain('snapshot written')
  }, 30_000)

  it.each([
    [['--inspect=0'], {}],
    [['--tls-keylog=/dev/null'], {}],
    [[], { NODE_DEBUG: 'undici' }],
    [['--heapsnapshot-signal=SIGUSR2'], {}],
    [['--heapsnapshot-near-heap-limit=1'], {}],
    [['--abort-on-uncaught-exception'], {}],
    [[], { NODE_OPTIONS: '--no-warnings --heapsnapshot-signal=SIGUSR2' }],
    [['--heapsnapshot_signal=SIGUSR2'], {}],
    [[], { NODE_OPTIONS: '"--heapsnapshot-signal=SIGUSR2"' }],
    [[], { PGPASSWORD: 'x' }],
  ])(
    'exits with 2 at its start with the options %j and the environment %j',
    async (options, env) => {
      expect(await run(env, { options })).toMatchObject({
        code: 2,
        err: expect.stringContaining('nothing may reveal the keys'),
      })
    },
    20_000,
  )
})
