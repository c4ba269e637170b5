import { spawn } from 'node:child_process'
import os from 'node:os'
import path from 'node:path'
import { runCommand } from '@protectmyapi/dev-kit/programs/run-command'
import { type RigConsole, runRig } from '../console/run-rig.js'
import { helmTool, podSecurityTool, prometheusDefinitions } from './go-tools.js'
import { EXAMPLES } from './matrix.js'
import { writeReadme } from './write-readme.js'

const project = path.resolve(import.meta.dirname, '..', '..', '..')
const cacheDir = path.join(project, '.cache', 'cluster')
const chart = path.join(project, 'charts', 'protectmyapi')

/** `make chart-test`: tests what the chart renders and refuses, without a cluster. */
async function testChart({ progress }: RigConsole): Promise<boolean> {
  // Compilers use both cores, so everything else on the machine gets priority.
  os.setPriority(10)
  const helm = await progress.step('helm, from its Go module', () => helmTool(cacheDir))
  const podSecurity = await progress.step('Pod Security, from its Go module', () => podSecurityTool(cacheDir, project))
  await progress.step('helm lint --strict, with each example', async (say) => {
    for (const example of EXAMPLES) {
      const values = path.join(chart, 'examples', `${example}.yaml`)
      say((await runCommand(helm, ['lint', '--strict', '--kube-version', '1.34.1', chart, '-f', values])).trimEnd())
    }
  })
  const definitions = await progress.step('definitions of the Prometheus operator', prometheusDefinitions)
  const variables = { PMA_HELM: helm, PMA_POD_SECURITY: podSecurity, PMA_DEFINITIONS: definitions.join(path.delimiter) }
  return (await jest(variables)) === 0
}

function jest(variables: Readonly<Record<string, string>>): Promise<number | null> {
  const program = path.join(project, 'node_modules', 'jest', 'bin', 'jest.js')
  const config = path.join(project, 'deploy', 'test', 'chart', 'jest.config.js')
  const args = [program, '-c', config, '--maxWorkers=2']
  const child = spawn(process.execPath, args, { cwd: project, stdio: 'inherit', env: { ...process.env, ...variables } })
  return new Promise((resolve, reject) => {
    child.once('error', reject)
    child.once('exit', (code) => resolve(code))
  })
}

/** `make chart-docs`. */
async function writeDocs(): Promise<boolean> {
  await writeReadme(chart)
  return true
}

await runRig(process.argv[2] === 'docs' ? writeDocs : testChart)
