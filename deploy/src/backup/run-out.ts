import { access, readdir, rm } from 'node:fs/promises'
import { partFile } from './backup-files.js'

const DAY_MS = 86_400_000

/**
 * Backups of vault_keys that are older than PMA_VAULT_KEYS_BACKUP_DAYS. While such a backup is kept, it can still open
 * what an organization had that has been deleted since. The newest backup is never among them.
 */
export async function keysThatRanOut(backups: string, days: number, nowMs: number): Promise<string[]> {
  const folders = (await readdir(backups)).filter((name) => timeOf(name) !== undefined).sort()
  const files = folders
    .slice(0, -1)
    .filter((name) => nowMs - (timeOf(name) ?? nowMs) > days * DAY_MS)
    .flatMap((name) => (['age', 'gpg'] as const).map((suffix) => partFile(`${backups}/${name}`, 'vault_keys', suffix)))
  const there = await Promise.all(
    files.map((file) =>
      access(file).then(
        () => true,
        () => false,
      ),
    ),
  )
  return files.filter((_, index) => there[index])
}

/** Deletes the backups of vault_keys. The parts that remain can then not be opened any more. */
export async function removeKeys(files: readonly string[]): Promise<void> {
  for (const file of files) await rm(file)
}

/** `2026-11-25T23-40-00Z` */
function timeOf(name: string): number | undefined {
  const [, day, hours, minutes, seconds] = /^(\d{4}-\d\d-\d\d)T(\d\d)-(\d\d)-(\d\d)Z$/.exec(name) ?? []
  return day === undefined ? undefined : Date.parse(`${day}T${hours}:${minutes}:${seconds}Z`)
}
