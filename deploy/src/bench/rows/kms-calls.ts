import { readFile } from 'node:fs/promises'
import path from 'node:path'
import { checked } from '../load/jobs.js'
import { buySession, makeService } from '../rig/provision.js'
import { KEY } from '../rig/rig.js'
import { jsonPost } from '../rig/shots.js'
import type { Row } from '../row.js'

const LIMITS = { secrets: 100, requests: 10_000, connections: 32, msMax: 60_000 } as const

/** How often the key service is asked while an organization works: once for its data key, and never per secret. */
export const kmsCalls: Row = {
  name: 'kms-calls',
  async measure(rig) {
    const { port } = await rig.bestProxy()
    const origin = await rig.origin('fixed')
    const slugs = Array.from({ length: LIMITS.secrets }, (_, at) => `kms-${at}`)
    for (const slug of slugs) await makeService(rig.owner, rig.app, { slug, origin, value: KEY })
    const session = await buySession(port, rig.app)
    const log = path.join(rig.system.logs, 'vault.log')
    const before = await callsIn(log)
    let answers = 0
    for (const slug of slugs) {
      const shot = jsonPost(port, slug, session)
      const requestsMax = LIMITS.requests / LIMITS.secrets
      const job = { kind: 'closed', shot, connections: LIMITS.connections, requestsMax, msMax: LIMITS.msMax } as const
      answers += checked(await rig.load(job, LIMITS.msMax * 2)).answers
    }
    return [
      {
        what: 'KMS calls in 10,000 requests of one organization with 100 secrets',
        value: (await callsIn(log)) - before,
        unit: 'calls',
        goal: { atMost: 2 },
        note: `${answers} requests over ${slugs.length} secrets`,
      },
    ]
  },
}

/** The vault logs each. */
async function callsIn(log: string): Promise<number> {
  return (await readFile(log, 'utf8')).split('"event":"kms.call"').length - 1
}
