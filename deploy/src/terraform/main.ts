import { cp, mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises'
import os from 'node:os'
import path from 'node:path'
import { runCommand } from '@protectmyapi/dev-kit/programs/run-command'
import { type RigConsole, runRig } from '../console/run-rig.js'

const project = path.resolve(import.meta.dirname, '..', '..', '..')
const source = path.join(project, 'deploy', 'terraform')
const LIMITS = { buildMs: 20 * 60_000, runMs: 5 * 60_000 } as const
/** The version of the stand-in provider: any that the modules accept. */
const PROVIDER_VERSION = '6.0.0'

/**
 * `make terraform-test`: tests the modules with Terraform itself, without an account and without the provider of AWS.
 */
async function testTerraform({ progress }: RigConsole): Promise<boolean> {
  const terraform = process.env.TERRAFORM ?? 'terraform'
  await runCommand(terraform, ['version']).catch((cause: unknown) => {
    throw new Error('There is no terraform on the PATH (1.11 or later), and TERRAFORM names none.', { cause })
  })
  const folder = await mkdtemp(path.join(os.tmpdir(), 'pma-terraform-'))
  try {
    const env = await progress.step('a stand-in for the provider, from Go modules (minutes, once)', () =>
      standIn(folder),
    )
    await cp(path.join(source, 'aws'), path.join(folder, 'aws'), { recursive: true })
    const run = (where: string, ...args: readonly string[]): Promise<string> =>
      runCommand(terraform, [...args], { cwd: path.join(folder, where), env, timeoutMs: LIMITS.runMs })
    await progress.step('terraform fmt', () => run('aws', 'fmt', '-check', '-diff', '-recursive'))
    for (const module of ['aws', 'aws/policies', 'aws/example'])
      await progress.step(`${module}: validate, and its tests`, async (say) => {
        await run(module, 'init', '-input=false', '-no-color')
        await run(module, 'validate', '-no-color')
        say((await run(module, 'test', '-no-color')).trimEnd())
      })
    return true
  } finally {
    await rm(folder, { recursive: true })
  }
}

/**
 * Builds deploy/terraform/check and puts it where Terraform looks for providers. Answers the environment for Terraform.
 */
async function standIn(folder: string): Promise<NodeJS.ProcessEnv> {
  const mirror = path.join(folder, 'mirror')
  const platform = `${process.platform}_${process.arch === 'x64' ? 'amd64' : process.arch}`
  const place = path.join(mirror, 'registry.terraform.io', 'hashicorp', 'aws', PROVIDER_VERSION, platform)
  await mkdir(place, { recursive: true })
  const program = path.join(place, `terraform-provider-aws_v${PROVIDER_VERSION}`)
  await runCommand('go', ['build', '-o', program, '.'], {
    cwd: path.join(source, 'check'),
    env: process.env,
    timeoutMs: LIMITS.buildMs,
  })
  const configuration = path.join(folder, 'terraform.rc')
  await writeFile(configuration, `provider_installation {\n  filesystem_mirror { path = "${mirror}" }\n}\n`)
  return { ...process.env, TF_CLI_CONFIG_FILE: configuration, CHECKPOINT_DISABLE: '1' }
}

await runRig(testTerraform)
