import { expect, it } from '@jest/globals'
import { freePort } from '@protectmyapi/dev-kit/free-port'
import { startForAllTests } from '@protectmyapi/dev-kit/start-for-all-tests'
import { createLogger } from '@protectmyapi/service-kit/program/log'
import { directoryHarness } from '../test/directory-harness.js'
import type { Progress, Verdict } from '../verify/verdict.js'
import { verifiedByManagement } from './verified-by-management.js'

const harness = await startForAllTests(directoryHarness)
const log = createLogger('test', 'silent')

/** Configuration that asks on this port with this service account. */
const at = async (port: number, serviceAccount = 'management') => ({
  ...harness.domain,
  tls: await harness.files(serviceAccount),
  directory: { host: '0.0.0.0', port },
})

async function linesAt(port: number, serviceAccount?: string): Promise<readonly (Progress | Verdict)[]> {
  const lines: (Progress | Verdict)[] = []
  for await (const line of verifiedByManagement(await at(port, serviceAccount), log)) lines.push(line)
  return lines
}

it('verify prints the verdicts of the management that serves, on every chain, without a database session of its own', async () => {
  const ofInstallation = { type: 'verdict', chain: 'audit/org_installation', ok: true, through: 2, breaks: [] }
  expect(await linesAt(harness.port)).toMatchObject([
    { type: 'progress', link: 2, of: 2 },
    ofInstallation,
    { type: 'verdict', chain: 'access-log/org_installation', ok: true },
  ])
  const sessions = () => harness.db('pg_stat_activity').whereRaw('datname = current_database()').pluck('pid')
  const before = await sessions()
  await harness.db('chain_heads').update({ count: 3 })
  const [, , verdict] = await linesAt(harness.port)
  expect(verdict).toMatchObject({ ...ofInstallation, ok: false, breaks: [{ kind: 'link-missing', link: 3 }] })
  expect((await sessions()).filter((pid) => !before.includes(pid))).toEqual([])
})

it.each(['proxy', 'vault', 'worker'])(
  'verify is refused with FORBIDDEN to the identity of a %s',
  async (serviceAccount) => {
    await expect(linesAt(harness.port, serviceAccount)).rejects.toThrow('refused by the other side: FORBIDDEN: ')
  },
)

it('verify names the address that it asked, and suggests verify --alone, if nobody answers', async () => {
  const port = await freePort()
  await expect(linesAt(port)).rejects.toThrow(
    `management was asked on localhost:${port}. Run verify where management serves; if none does, use verify --alone`,
  )
})
