import { pipeline, type Readable } from 'node:stream'
import { createGunzip } from 'node:zlib'
import { shownWord } from '@protectmyapi/service-kit/shown-text'
import pg from 'pg'
import { z } from 'zod'
import type { Databases } from '../system/databases.js'
import { type BackupFiles, DATABASE_PARTS, findBackup } from './backup-files.js'
import { findMisfits, type ThreeClients } from './find-misfits.js'
import { differingSecrets, KeptFiles, placeSecrets } from './kept-files.js'
import { loadDump } from './load-dump.js'
import { readDump } from './read-dump.js'
import type { Opener } from './seal.js'
import { isInUse, refuseServing, withClients } from './sessions.js'

const LIMITS = {
  /** Key files, a password and the launcher's state take less than a kilobyte. */
  keptBytesMax: 1024 * 1024,
} as const

/** A backup of which every byte has been read once: it is complete, its parts belong together, and it can be opened. */
export interface CheckedBackup {
  readonly files: BackupFiles
  readonly kept: KeptFiles
  readonly opener: Opener
}

/** Reads the backup and changes nothing. @throws Error that names the file and what is wrong with it. */
export async function checkBackup(
  folder: string,
  openerOf: (suffix: BackupFiles['suffix']) => Promise<Opener>,
): Promise<CheckedBackup> {
  const files = await findBackup(folder)
  const opener = await openerOf(files.suffix)
  const kept = await naming(files.files, () => readKept(opened(opener, files.files)))
  for (const part of DATABASE_PARTS) {
    await naming(files[part], async () => {
      const head = await readDump(opened(opener, files[part]), TAKES_NOTHING)
      if (head.part !== part) throw new Error(`it is the backup of ${head.part}`)
      if (head.id !== kept.id)
        throw new Error(`it is of another backup (${head.madeAt}) than the key file (${kept.madeAt})`)
    })
  }
  return { files, kept, opener }
}

async function readKept(plain: AsyncIterable<Buffer>): Promise<KeptFiles> {
  const chunks: Buffer[] = []
  let bytes = 0
  for await (const chunk of plain) {
    bytes += chunk.length
    if (bytes > LIMITS.keptBytesMax) throw new Error('it is larger than any key file')
    chunks.push(chunk)
  }
  const read = KeptFiles.safeParse(JSON.parse(Buffer.concat(chunks).toString('utf8')))
  if (!read.success) throw new Error(`it is no key file of a backup: ${z.prettifyError(read.error)}`)
  return read.data
}

export interface RestoreOptions {
  readonly backup: CheckedBackup
  readonly databases: Databases
  readonly secretsDir: string
  /** Whether existing data and differing key files may be replaced. */
  readonly overwrite: boolean
  /** Brings the schemas to this release. */
  readonly migrate: () => Promise<void>
  readonly now: () => Date
}

/** What the operator must be told after a restore. */
export interface Restored {
  /** Files that had another content, under their new names. */
  readonly movedAway: readonly string[]
  /** What does not open, because it did not open when the backup was made either. */
  readonly misfits: readonly string[]
}

/**
 * Restores all of the backup or nothing, unless a crash comes between the commits of two databases: then restore again.
 */
export async function restoreBackup(options: RestoreOptions): Promise<Restored> {
  const { backup, databases, secretsDir, overwrite, migrate, now } = options
  await withClients(databases, async (clients) => {
    await refuseServing(clients, databases)
    if (!overwrite && (await isInUse(clients)))
      throw new Error('The databases contain data that a restore would delete. To overwrite it, set OVERWRITE=1.')
  })
  const differing = await differingSecrets(secretsDir, backup.kept.secrets)
  if (!overwrite && differing.length > 0)
    throw new Error(
      `${secretsDir} has a different ${differing.map(shownWord).join(' and ')}. To move it away and restore, set OVERWRITE=1.`,
    )
  const placed = await placeSecrets(secretsDir, backup.kept, now().getTime())
  try {
    await migrate()
    const misfits = await withClients(databases, (clients) => load(clients, backup))
    return { movedAway: placed.movedAway, misfits }
  } catch (cause) {
    await placed.undo()
    throw cause
  }
}

async function load(clients: ThreeClients, { files, opener }: CheckedBackup): Promise<string[]> {
  for (const part of DATABASE_PARTS) {
    await clients[part].query('BEGIN')
    await naming(files[part], () => loadDump(clients[part], opened(opener, files[part])))
  }
  const misfits = await findMisfits(clients)
  // Commits in the order of writing, so that what a row names is there before the row.
  for (const part of [...DATABASE_PARTS].reverse()) await clients[part].query('COMMIT')
  return misfits
}

function opened(opener: Opener, file: string): Readable {
  // The last stream of the pipeline reports any failure to its reader.
  return pipeline(opener.open(file), createGunzip(), () => undefined)
}

async function naming<T>(file: string, work: () => Promise<T>): Promise<T> {
  try {
    return await work()
  } catch (cause) {
    throw new Error(`${file}: ${saidOf(cause)}`, { cause })
  }
}

/** Postgres's messages quote the contents of rows, so they are made safe to show. */
function saidOf(cause: unknown): string {
  if (cause instanceof pg.DatabaseError) return shownWord(cause.message)
  return cause instanceof Error ? cause.message : String(cause)
}

const TAKES_NOTHING: Parameters<typeof readDump>[1] = {
  head: () => Promise.resolve(),
  table: () => Promise.resolve(),
  rows: () => Promise.resolve(),
  endOfTable: () => Promise.resolve(),
}
