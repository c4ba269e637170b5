import { readFileSync } from 'node:fs'
import { systemClock } from '@protectmyapi/service-kit/clock'
import { loadedWhenCalled } from '@protectmyapi/service-kit/program/loaded-when-called'
import { createLogger } from '@protectmyapi/service-kit/program/log'
import { runProgram } from '@protectmyapi/service-kit/program/program'
import type { CommandPorts } from './commands/command-ports.js'
import { describeEnvironment, loadConfig, loadMigrateConfig, type ManagementConfig } from './config.js'

const ABOUT = `management: runs management.
management migrate: brings the database up to date.
management wait-for-schema: waits until the database has the schema that this version needs; for init containers.
management verify: asks the management that serves here to verify the access log and the audit trails.
management verify --alone: verifies by itself where no management serves, for example a copy; whoever watches the database can see it begin.
management rotate-signing-keys: new keys sign grants and sessions; existing ones stay valid until they expire.
management rotate-signing-keys --now: the same after a leak: once it has ended, existing grants and sessions are invalid.
management end-lease-keys [<organization>]: run it after the vault's rotate-data-keys --now: once it has ended, no proxy opens leases that were shared before.
management register-internal-service <organization> <name> <spiffe-id>: lets the service lease secrets of the organization that are bound to it.
management revoke-internal-service <spiffe-id>: the service is granted nothing from now on.
management free-address <email> [<new-email>]: frees the address: its account keeps everything, and signs in with the new address, or with one made of its id.`

/** Exit code of `verify` if something was altered; 1 and 2 mean that it could not run. */
const EXIT_BROKEN = 3

// Loaded when called, so that a command does not wait for everything that serving needs.
const startManagement = loadedWhenCalled(async () => (await import('./build.js')).startManagement)
const runEndLeaseKeys = loadedWhenCalled(async () => (await import('./commands/run-end-lease-keys.js')).runEndLeaseKeys)
const runFreeAddress = loadedWhenCalled(async () => (await import('./commands/run-free-address.js')).runFreeAddress)
const runMigrate = loadedWhenCalled(async () => (await import('./commands/run-migrate.js')).runMigrate)
const runRegisterInternalService = loadedWhenCalled(
  async () => (await import('./commands/run-register-internal-service.js')).runRegisterInternalService,
)
const runRevokeInternalService = loadedWhenCalled(
  async () => (await import('./commands/run-revoke-internal-service.js')).runRevokeInternalService,
)
const runRotateSigningKeys = loadedWhenCalled(
  async () => (await import('./commands/run-rotate-signing-keys.js')).runRotateSigningKeys,
)
const runVerify = loadedWhenCalled(async () => (await import('./commands/run-verify.js')).runVerify)
const runVerifyAlone = loadedWhenCalled(async () => (await import('./commands/run-verify.js')).runVerifyAlone)
const runWaitForSchema = loadedWhenCalled(
  async () => (await import('./commands/run-wait-for-schema.js')).runWaitForSchema,
)

const readFile = (path: string): string => readFileSync(path, 'utf8')

await runProgram(process, {
  name: 'management',
  about: ABOUT,
  describeEnvironment,
  async serve(endWith) {
    const config = loadConfig(process.env, readFile)
    const log = createLogger('management', config.logLevel)
    const management = await startManagement(config, { log, clock: systemClock })
    endWith(log, () => management.close())
    return { log, ready: { restPort: management.restPort, directoryPort: management.directoryPort } }
  },
  commands: {
    verify: () => verify(runVerify),
    'verify --alone': () => verify(runVerifyAlone),
    async migrate() {
      const config = loadMigrateConfig(process.env, readFile)
      await runMigrate(config, createLogger('management', config.logLevel))
    },
    async 'wait-for-schema'() {
      const config = loadConfig(process.env, readFile)
      await runWaitForSchema(config, createLogger('management', config.logLevel))
    },
    'rotate-signing-keys': () => rotateKeys({ now: false }),
    'rotate-signing-keys --now': () => rotateKeys({ now: true }),
    'end-lease-keys': () => operate((config, ports) => runEndLeaseKeys(config, undefined, ports)),
    'end-lease-keys <organization>': (organization) =>
      operate((config, ports) => runEndLeaseKeys(config, organization, ports)),
    'register-internal-service <organization> <name> <spiffe-id>': (organization = '', name = '', spiffeId = '') =>
      operate((config, ports) => runRegisterInternalService(config, { organization, name, spiffeId }, ports)),
    'revoke-internal-service <spiffe-id>': (spiffeId = '') =>
      operate((config, ports) => runRevokeInternalService(config, spiffeId, ports)),
    'free-address <email>': (email = '') => operate((config, ports) => runFreeAddress(config, { email }, ports)),
    'free-address <email> <new-email>': (email = '', newEmail = '') =>
      operate((config, ports) => runFreeAddress(config, { email, newEmail }, ports)),
  },
})

async function verify(run: typeof runVerify): Promise<void> {
  const config = loadConfig(process.env, readFile)
  // To standard error, because standard output carries the verdicts.
  const log = createLogger('management', config.logLevel, process.stderr)
  const isInOrder = await run(config, { log, clock: systemClock, write: (line) => void process.stdout.write(line) })
  if (!isInOrder) process.exitCode = EXIT_BROKEN
}

function rotateKeys({ now }: { readonly now: boolean }): Promise<void> {
  return operate((config, ports) => runRotateSigningKeys(config, { now }, ports))
}

/** Runs a command beside managements that serve. */
async function operate(command: (config: ManagementConfig, ports: CommandPorts) => Promise<void>): Promise<void> {
  const config = loadConfig(process.env, readFile)
  await command(config, { log: createLogger('management', config.logLevel), clock: systemClock })
}
