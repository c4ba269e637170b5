import { readdir } from 'node:fs/promises'
import path from 'node:path'

/**
 * A backup is a folder with one sealed file for each part, so that the data keys can be deleted before the rest, and
 * the key file can be kept apart.
 */
export const DATABASE_PARTS = ['management', 'vault', 'vault_keys'] as const
export type DatabasePart = (typeof DATABASE_PARTS)[number]

const PLAIN_NAMES = {
  management: 'management.sql.gz',
  vault: 'vault.sql.gz',
  vault_keys: 'vault_keys.sql.gz',
  files: 'key-file.json.gz',
} as const
export type Part = keyof typeof PLAIN_NAMES

/** How a part is sealed, as its file name shows. */
export type Suffix = 'age' | 'gpg'

/** The path of each part of a backup. */
export type BackupFiles = Readonly<Record<Part, string>> & { readonly suffix: Suffix }

export function partFile(folder: string, part: Part, suffix: Suffix): string {
  return path.join(folder, `${PLAIN_NAMES[part]}.${suffix}`)
}

/** @throws Error that names the part that is missing. */
export async function findBackup(folder: string): Promise<BackupFiles> {
  const names = await readdir(folder).catch(() => {
    throw new Error(`There is no backup at ${folder}.`)
  })
  const suffix = names.some((name) => name.endsWith('.gpg')) ? 'gpg' : 'age'
  const find = (part: Part): string => {
    const file = partFile(folder, part, suffix)
    if (!names.includes(path.basename(file))) throw new Error(`The backup has no ${path.basename(file)}: ${why(part)}`)
    return file
  }
  return {
    suffix,
    management: find('management'),
    vault: find('vault'),
    vault_keys: find('vault_keys'),
    files: find('files'),
  }
}

function why(part: Part): string {
  if (part === 'vault_keys')
    return 'it has expired and was removed, or it is stored elsewhere. Without it no secret of this backup can be opened.'
  if (part === 'files') return 'if it is kept apart, put it back. Without it no secret can be opened.'
  return 'the backup is incomplete. Nothing was changed.'
}
