import { until } from '@protectmyapi/dev-kit/until'
import { list, Pod, secretData } from './api-objects.js'
import { check } from './check.js'
import { type ContainerRig, mainContainer, runContainer } from './run-container.js'
import { toItsEnd } from './start-program.js'

const AUTHORITY = 'pma-protectmyapi-authority'
const CRON_JOB = 'pma-protectmyapi-certificates'
const JOB = 'certificates-now'
const LIMITS = { podMs: 60_000 } as const

/**
 * Runs "Another CA at once" of docs/day-two.md, command by command, with the programs running. `roll` is the last
 * command.
 *
 * @throws Error in words.
 */
export async function replaceAuthority(rig: ContainerRig, roll: () => Promise<void>): Promise<void> {
  const { plane, namespace } = rig
  const trusted = async (): Promise<string> =>
    (await secretData(plane, namespace, 'pma-protectmyapi-vault-tls')).get('ca.crt') ?? ''
  const before = await trusted()
  const marked = (await secretData(plane, namespace, AUTHORITY)).get('marked') ?? ''
  const emptied = JSON.stringify([{ op: 'remove', path: '/data' }])
  await plane.kubectl('patch', 'secret', AUTHORITY, '-n', namespace, '--type=json', '-p', emptied)
  await plane.kubectl('create', 'job', JOB, '-n', namespace, `--from=cronjob/${CRON_JOB}`)
  const pod = await until(async () => {
    const pods = await list(plane, namespace, 'pods', Pod)
    return pods.find(({ metadata }) => metadata.labels['job-name'] === JOB)
  }, LIMITS.podMs)
  await toItsEnd(await runContainer(rig, pod, mainContainer(pod)))
  const after = await trusted()
  check(after.includes('BEGIN CERTIFICATE') && !after.includes(before.trim()), 'the CA of before is trusted still')
  await roll()
  await plane.kubectl('delete', 'job', JOB, '-n', namespace)
  // A mark by which the rig sees that helm leaves what Jobs have made unchanged.
  const mark = JSON.stringify({ data: { marked: Buffer.from(marked).toString('base64') } })
  await plane.kubectl('patch', 'secret', AUTHORITY, '-n', namespace, '--type=merge', '-p', mark)
}
