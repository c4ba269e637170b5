import { execFile } from 'node:child_process'
import { readdir, readFile, readlink } from 'node:fs/promises'
import path from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals'
import { query } from '../../src/system/query.js'
import { provision } from './provision.js'
import { startTestSystem, type TestSystem } from './start-test-system.js'

/** In production nothing is exempt from the address rules, and a key file has to be allowed explicitly. */
const PRODUCTION = { PMA_MODE: 'production', PMA_ALLOW_PRIVATE_UPSTREAMS: '' }
const SERVICES = ['vault', 'management', 'proxy'] as const

const LIMITS = {
  /** A process that does start is ended after this time, so that it does not outlive the test. */
  startMs: 20_000,
} as const

/**
 * One of each kind from the corpus, and no more than a person may try at once: plain, numeric, embedded in IPv6, by
 * name.
 */
const INSIDE = [
  'https://127.0.0.1',
  'https://10.0.0.1:8443',
  'https://169.254.169.254',
  'https://2130706433',
  'https://0177.0.0.1',
  'https://[::1]',
  'https://[::ffff:10.0.0.1]',
  'https://[64:ff9b::7f00:1]',
  'https://metadata.google.internal',
] as const

interface TestCallAnswer {
  readonly status: number
  readonly body: string
}

/** Only Linux has /proc. */
const onLinux = process.platform === 'linux' ? describe : describe.skip

onLinux('the processes of the system, in production', () => {
  let system: TestSystem
  let value = ''

  beforeAll(async () => {
    const vault = { ...PRODUCTION, PMA_ALLOW_KEY_FILE: 'true' }
    system = await startTestSystem({ extra: { vault, management: PRODUCTION, proxy: PRODUCTION } })
    value = system.planter.plant('sk-process-')
    await provision(system, { slug: 'process', origin: 'https://api.example.com', value, policy: 'audit' })
  }, 60_000)
  afterAll(() => system?.stop(), 60_000)

  const pidOf = (service: (typeof SERVICES)[number]): number => {
    const name = [...system.running.pids().keys()].find((known) => known.startsWith(service)) ?? ''
    return system.running.pids().get(name) ?? 0
  }

  it.each(SERVICES)('%s opens no inspector at SIGUSR1, and goes on', async (service) => {
    const pid = pidOf(service)
    const before = await listeningOf(pid)
    expect(before.length).toBeGreaterThan(0)
    process.kill(pid, 'SIGUSR1')
    // Answered after the signal: the proxy asks management, and management asks the vault.
    const answer = await fetch(`${system.proxy}/v1/p/process/x`, { headers: { authorization: 'Bearer pma_app_none' } })
    expect(answer.status).toBe(401)
    expect((await fetch(`${system.management}/readyz`)).status).toBe(200)
    expect(await listeningOf(pid)).toEqual(before)
    expect(pidOf(service)).toBe(pid)
    const logs = await Promise.all(
      (await readdir(system.running.logs)).map((name) => textOf(system.running.logs, name)),
    )
    expect(logs.join('\n')).not.toContain('Debugger')
  })

  it('do not start with the Node option that writes a heap snapshot at a signal', async () => {
    const ends = SERVICES.map(async (service) => {
      const [program = '', ...args] = await listOf(pidOf(service), 'cmdline')
      const env = Object.fromEntries((await listOf(pidOf(service), 'environ')).map(variableOf))
      const command = [program, ['--heapsnapshot_signal=SIGUSR2', ...args], { env, timeout: LIMITS.startMs }] as const
      return new Promise((resolve) => execFile(...command, (err, _out, said) => resolve([service, err?.code, said])))
    })
    const refusal = expect.stringContaining('Node was started with --heapsnapshot-signal=SIGUSR2')
    expect(await Promise.all(ends)).toEqual(SERVICES.map((service) => [service, 2, refusal]))
  }, 30_000)

  it('refuse a test call with 403 if the service’s row was altered to lead to an internal address', async () => {
    const baseUrl = 'https://api.example.com'
    const service = { name: 'Altered', slug: 'altered', baseUrl, auth: { type: 'none' } }
    const { id } = await system.owner.post<{ id: string }>(`${system.org}/services`, service)
    const { adminUrl } = system.running.databases.management
    const answers: unknown[] = []
    for (const url of INSIDE) {
      await query(adminUrl, 'UPDATE services SET base_url = $2 WHERE id = $1', [id, url])
      const { status, body } = await system.owner.post<TestCallAnswer>(`${system.org}/services/${id}/test-call`, {
        path: '/x',
      })
      answers.push([url, status, JSON.parse(body).code])
    }
    expect(answers).toEqual(INSIDE.map((url) => [url, 403, 'DESTINATION_NOT_ALLOWED']))
  }, 30_000)

  it.each(SERVICES)(
    '%s has no secret in its environment or its command line, and no memory in a core dump',
    async (service) => {
      const pid = pidOf(service)
      const secrets = [...(await secretsOf(system)), value]
      // Passwords of three databases, the key file, the owner's password, and keys of certificates.
      expect(secrets.length).toBeGreaterThan(8)
      const shown =
        (await readFile(`/proc/${pid}/environ`, 'latin1')) + (await readFile(`/proc/${pid}/cmdline`, 'latin1'))
      expect(shown).toContain('PMA_MODE=production')
      expect(secrets.filter((secret) => shown.includes(secret))).toEqual([])
      expect(await readFile(`/proc/${pid}/coredump_filter`, 'latin1')).toBe('00000000\n')
    },
  )
})

/** The NUL-separated items of a file in /proc/<pid>. */
async function listOf(pid: number, file: 'cmdline' | 'environ'): Promise<string[]> {
  return (await readFile(`/proc/${pid}/${file}`, 'utf8')).split('\0').filter((text) => text !== '')
}

function variableOf(text: string): [string, string] {
  const equals = text.indexOf('=')
  return [text.slice(0, equals), text.slice(equals + 1)]
}

/** Inodes of the sockets on which a process listens. */
async function listeningOf(pid: number): Promise<string[]> {
  const tables = await Promise.all(['tcp', 'tcp6'].map((name) => readFile(`/proc/${pid}/net/${name}`, 'latin1')))
  // proc_net_tcp(5): state 0A is LISTEN, the inode is the tenth field.
  const rows = tables.flatMap((table) => table.split('\n').map((line) => line.trim().split(/\s+/)))
  const listening = new Set(rows.flatMap((fields) => (fields[3] === '0A' ? [`socket:[${fields[9]}]`] : [])))
  const fds = await readdir(`/proc/${pid}/fd`)
  const links = await Promise.all(fds.map((fd) => readlink(`/proc/${pid}/fd/${fd}`).catch(() => '')))
  return links.filter((link) => listening.has(link)).sort()
}

/** The contents of the system's secret files: complete, except that of a PEM key only the longest line is taken. */
async function secretsOf({ running }: TestSystem): Promise<string[]> {
  const [secrets, tls] = ['secrets', 'tls'].map((name) => path.join(running.config.stateDir, name))
  const texts = [...(await textsOf(secrets, /./)), ...(await textsOf(tls, /\.key$/))]
  return texts.map((text) => text.split('\n').reduce((one, other) => (other.length > one.length ? other : one), ''))
}

async function textsOf(folder = '', names: RegExp): Promise<string[]> {
  const found = (await readdir(folder)).filter((name) => names.test(name))
  return Promise.all(found.map((name) => textOf(folder, name)))
}

const textOf = (folder: string, name: string): Promise<string> => readFile(path.join(folder, name), 'utf8')
