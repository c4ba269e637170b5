import path from 'node:path'
import { parseEnvironment } from '@protectmyapi/service-kit/program/config'
import { z } from 'zod'

export interface BackupConfig {
  /** The recipient that the backup is sealed to: the holder of its identity can open the backup. */
  readonly recipient?: string
  /** The folder that backups are made in. */
  readonly backups: string
  /** The folder of the backup to restore. */
  readonly backup?: string
  /** The file with the age identity. */
  readonly identity?: string
  readonly overwrite: boolean
  readonly prune: boolean
  readonly keysDays: number
  /** The environment that gpg is started with. */
  readonly gpgEnvironment: NodeJS.ProcessEnv
}

const Switch = z.enum(['', '0', '1']).default('0')
/** A variable that is not set arrives as an empty string from make and compose. */
const Word = z
  .string()
  .optional()
  .transform((word) => (word === '' ? undefined : word))

const BackupEnv = z.object({
  RECIPIENT: Word,
  BACKUPS: z.string().min(1).default('backups'),
  BACKUP: Word,
  IDENTITY: Word,
  OVERWRITE: Switch,
  PRUNE: Switch,
  PMA_VAULT_KEYS_BACKUP_DAYS: z.coerce.number().int().min(1).max(365).default(7),
})

/** The variables that gpg needs: where to find the program and its keyring, and its language. */
const OF_GPG = ['PATH', 'HOME', 'GNUPGHOME', 'LANG'] as const

/** Pure. Relative paths are resolved against `folder`. */
export function backupConfig(env: NodeJS.ProcessEnv, folder: string): BackupConfig {
  const given = parseEnvironment(BackupEnv, env)
  const located = (name: 'backup' | 'identity', file: string | undefined) =>
    file === undefined ? {} : { [name]: path.resolve(folder, file) }
  return {
    ...(given.RECIPIENT === undefined ? {} : { recipient: given.RECIPIENT }),
    backups: path.resolve(folder, given.BACKUPS),
    ...located('backup', given.BACKUP),
    ...located('identity', given.IDENTITY),
    overwrite: given.OVERWRITE === '1',
    prune: given.PRUNE === '1',
    keysDays: given.PMA_VAULT_KEYS_BACKUP_DAYS,
    gpgEnvironment: Object.fromEntries(OF_GPG.map((name) => [name, env[name]])),
  }
}

/** @throws Error that says how to set the value, when it is not set. */
export function needed<Name extends 'recipient' | 'backup' | 'identity'>(config: BackupConfig, name: Name): string {
  const value = config[name]
  if (value === undefined) throw new Error(HOW_TO_SAY[name])
  return value
}

const HOW_TO_SAY = {
  recipient:
    'Give the recipient to seal the backup to: RECIPIENT=age1… (make backup-identity IDENTITY=FILE makes one), or the name of a gpg key.',
  backup: 'Give the backup to restore: BACKUP=backups/2026-01-31T03-00-00Z.',
  identity: 'Give the file for the new identity: IDENTITY=FILE, if possible on another machine.',
} as const
