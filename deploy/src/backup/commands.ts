import { writeFile } from 'node:fs/promises'
import { shownWord } from '@protectmyapi/service-kit/shown-text'
import { generateIdentity, identityToRecipient } from 'age-encryption'
import type { Progress } from '../console/progress.js'
import type { Databases } from '../system/databases.js'
import { type BackupConfig, needed } from './backup-config.js'
import { makeBackup } from './make-backup.js'
import { type CheckedBackup, checkBackup, restoreBackup } from './restore-backup.js'
import { keysThatRanOut, removeKeys } from './run-out.js'
import { createOpener, createSealer } from './seal.js'

/** The system that is backed up or restored: that of `make run`, or that of docker-compose.yml. */
export interface Installation {
  readonly databases: Databases
  readonly secretsDir: string
  /** The launcher's saved state. */
  readonly launcher: Readonly<Record<string, unknown>>
}

export interface CommandDeps {
  readonly config: BackupConfig
  readonly progress: Progress
}

/** `make backup-identity`: writes a new age identity to a file and prints its recipient, as age-keygen does. */
export async function makeIdentity({ config, progress }: CommandDeps): Promise<void> {
  const file = needed(config, 'identity')
  const identity = await generateIdentity()
  const recipient = await identityToRecipient(identity)
  await writeFile(file, `# public key: ${recipient}\n${identity}\n`, { mode: 0o600, flag: 'wx' }).catch((cause) => {
    // Flag `wx`: an existing identity is never overwritten, because backups may be sealed to it.
    throw new Error(`${file} could not be made, and nothing was overwritten (${cause.code}).`, { cause })
  })
  progress.say(`${file} opens every backup sealed to it. Keep it off this machine, in two places. Then:\n`)
  progress.say(`  make backup RECIPIENT=${recipient}`)
}

export async function backup({ config, progress }: CommandDeps, installation: Installation): Promise<void> {
  const sealer = createSealer(needed(config, 'recipient'), config.gpgEnvironment)
  const made = await progress.step('backup', () =>
    makeBackup({ ...installation, sealer, into: config.backups, now: () => new Date() }),
  )
  progress.say(
    `${made.folder}: management, vault, vault_keys, and the key file. Keep the key file apart from the other three.`,
  )
  for (const misfit of made.misfits) progress.say(`Incomplete, now and after a restore: ${misfit}.`)
  await runOut(config, progress)
}

async function runOut({ backups, keysDays, prune }: BackupConfig, progress: Progress): Promise<void> {
  const files = await keysThatRanOut(backups, keysDays, Date.now())
  if (prune) await removeKeys(files)
  const how = prune ? 'was removed' : 'should be removed (PRUNE=1 does that)'
  for (const file of files) progress.say(`${file} is older than ${keysDays} days, and ${how}.`)
}

/** Reads the whole backup. When it throws, nothing has been changed yet. */
export async function check({ config, progress }: CommandDeps): Promise<CheckedBackup> {
  const folder = needed(config, 'backup')
  return progress.step('reading the backup', () =>
    checkBackup(folder, (suffix) => createOpener(suffix, config.identity, config.gpgEnvironment)),
  )
}

export async function restore(
  { config, progress }: CommandDeps,
  checked: CheckedBackup,
  installation: Omit<Installation, 'launcher'>,
  migrate: () => Promise<void>,
): Promise<void> {
  const { overwrite } = config
  const { movedAway, misfits } = await progress.step('restore', () =>
    restoreBackup({ ...installation, backup: checked, overwrite, migrate, now: () => new Date() }),
  )
  for (const file of movedAway) progress.say(`The previous data is in ${shownWord(file)}`)
  for (const misfit of misfits) progress.say(`Incomplete, as it was when the backup was made: ${misfit}.`)
  progress.say(
    `Restored as of ${checked.kept.madeAt}. Changes and revocations made since then are lost: review and repeat them.`,
  )
}
