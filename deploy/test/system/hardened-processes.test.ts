import { readdir, readFile, readlink } from 'node:fs/promises'
import path from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals'
import { provision } from './provision.js'
import { startTestSystem, type TestSystem } from './start-test-system.js'

/** In production nothing is exempt from the address rules, and a key file has to be allowed by name. */
const PRODUCTION = { PMA_MODE: 'production', PMA_ALLOW_PRIVATE_UPSTREAMS: '' }
const SERVICES = ['vault', 'management', 'proxy'] as const

/** What /proc tells of a process is Linux's. */
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

  it.each(SERVICES)('%s opens no inspector when it is signalled, and goes on', async (service) => {
    const pid = pidOf(service)
    const before = await listeningOf(pid)
    expect(before.length).toBeGreaterThan(0)
    process.kill(pid, 'SIGUSR1')
    // Answered after the signal was: the proxy asks management, and management the vault.
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

  it.each(SERVICES)(
    '%s has no secret in its environment or its command line, and no memory in a core dump',
    async (service) => {
      const pid = pidOf(service)
      const secrets = [...(await secretsOf(system)), value]
      // Passwords of three databases, the key file, the owner's; keys of certificates.
      expect(secrets.length).toBeGreaterThan(8)
      const shown =
        (await readFile(`/proc/${pid}/environ`, 'latin1')) + (await readFile(`/proc/${pid}/cmdline`, 'latin1'))
      expect(shown).toContain('PMA_MODE=production')
      expect(secrets.filter((secret) => shown.includes(secret))).toEqual([])
      expect(await readFile(`/proc/${pid}/coredump_filter`, 'latin1')).toBe('00000000\n')
    },
  )
})

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

/** What the system's own files of secrets hold: whole, but keys in PEM by their longest line. */
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
