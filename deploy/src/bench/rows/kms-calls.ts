import { readFile } from 'node:fs/promises'
import path from 'node:path'
import { until } from '@protectmyapi/dev-kit/until'
import type { RunningSystem } from '../../system/start-system.js'
import { checked } from '../load/jobs.js'
import { buySession, makeApp, makeOrganization, makeService } from '../rig/provision.js'
import { restartVault } from '../rig/restart-vault.js'
import { KEY } from '../rig/rig.js'
import { sendOnce } from '../rig/send-once.js'
import { jsonPost } from '../rig/shots.js'
import { defineRow } from '../row.js'

const LIMITS = { secrets: 100, requests: 10_000, connections: 32, msMax: 60_000, returnMs: 20_000 } as const

/** How often the key service is asked while an organization works: once for its data key, and never per secret. */
export const kmsCalls = defineRow({
  name: 'kms-calls',
  figures: {
    calls: {
      what: 'KMS calls in 10,000 requests of one organization with 100 secrets, the vault cold',
      unit: 'calls',
      goal: { atMost: 2 },
    },
  },
  async measure(rig) {
    const { port } = await rig.bestProxy()
    const owner = await makeOrganization(rig.owner, 'KMS calls')
    const app = await makeApp(owner)
    const origin = await rig.origin('fixed')
    const slugs = Array.from({ length: LIMITS.secrets }, (_, at) => `kms-${at}`)
    for (const slug of slugs) await makeService(owner, app, { slug, origin, value: KEY })
    const session = await buySession(port, app)
    const calls = (): Promise<number> => callsOf(rig.system, owner.organizationId)
    const before = await calls()
    await restartVault(rig.system)
    await untilServed(port, slugs[0] ?? '', session)
    let answers = 0
    for (const slug of slugs) {
      const shot = jsonPost(port, slug, session)
      const requestsMax = LIMITS.requests / LIMITS.secrets
      const job = { kind: 'closed', shot, connections: LIMITS.connections, requestsMax, msMax: LIMITS.msMax } as const
      answers += checked(await rig.load(job, LIMITS.msMax * 2)).answers
    }
    const asked = (await calls()) - before
    // A vault that asks nothing held the data key already, so the figure would prove nothing.
    if (asked === 0) throw new Error('the vault was not cold')
    return { calls: { value: asked, note: `${answers} requests over ${slugs.length} secrets, after a restart` } }
  },
})

/** Waits until the proxy has found the vault again, and has leased a first secret from it. */
async function untilServed(port: number, slug: string, session: string): Promise<void> {
  const served = (): Promise<number | undefined> => sendOnce(port, slug, session).catch(() => undefined)
  await until(served, LIMITS.returnMs)
}

/** The vault logs each call. */
async function callsOf({ logs }: RunningSystem, organizationId: string): Promise<number> {
  const log = await readFile(path.join(logs, 'vault.log'), 'utf8')
  const isCall = (line: string): boolean => line.includes('"event":"kms.call"') && line.includes(organizationId)
  return log.split('\n').filter(isCall).length
}
