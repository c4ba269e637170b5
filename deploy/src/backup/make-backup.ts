import { randomUUID } from 'node:crypto'
import { mkdir, rename, rm } from 'node:fs/promises'
import path from 'node:path'
import { pipeline, Readable } from 'node:stream'
import { createGzip } from 'node:zlib'
import type { Databases } from '../system/databases.js'
import { DATABASE_PARTS, partFile } from './backup-files.js'
import { dumpDatabase } from './dump-database.js'
import { findMisfits, type ThreeClients } from './find-misfits.js'
import { type KeptFiles, readSecrets } from './kept-files.js'
import type { Sealer } from './seal.js'
import { withClients } from './sessions.js'

export interface BackupOptions {
  readonly databases: Databases
  readonly secretsDir: string
  /** The launcher's saved state. */
  readonly launcher: Readonly<Record<string, unknown>>
  readonly sealer: Sealer
  /** The folder of backups. */
  readonly into: string
  readonly now: () => Date
}

/** A backup that was made. */
export interface MadeBackup {
  readonly folder: string
  /** What will not open after a restore, because it does not open now either. */
  readonly misfits: readonly string[]
}

const LIMITS = {
  /**
   * Attempts to get three states that fit together. Under load about one attempt in a hundred fails, because of a write
   * in that millisecond.
   */
  triesMax: 20,
  retryAfterMs: 100,
} as const

/** The last stream of a pipeline reports any failure to its reader, so the callback has nothing to do. */
const HEARD_BY_THE_LAST = (): void => undefined

/**
 * Makes a backup, whether or not the system is serving. The folder appears under its name when it is complete, or not
 * at all.
 */
export async function makeBackup(options: BackupOptions): Promise<MadeBackup> {
  const { databases, secretsDir, launcher, sealer, into, now } = options
  const name = { id: randomUUID(), madeAt: now().toISOString() }
  const folder = path.join(into, name.madeAt.replaceAll(':', '-').replace(/\.\d+/, ''))
  const unfinished = `${folder}.unfinished-${name.id}`
  await mkdir(unfinished, { recursive: true, mode: 0o700 })
  const seal = (plain: Readable, file: string): Promise<void> =>
    sealer.seal(pipeline(plain, createGzip(), HEARD_BY_THE_LAST), file)
  try {
    const misfits = await withClients(databases, async (clients) => {
      const found = await seeThreeThatFit(clients)
      for (const part of DATABASE_PARTS)
        await seal(Readable.from(dumpDatabase(clients[part], part, name)), partFile(unfinished, part, sealer.suffix))
      return found
    })
    const kept: KeptFiles = { ...name, secrets: await readSecrets(secretsDir), launcher: { ...launcher } }
    await seal(Readable.from([JSON.stringify(kept)]), partFile(unfinished, 'files', sealer.suffix))
    await rename(unfinished, folder)
    return { folder, misfits }
  } catch (cause) {
    await rm(unfinished, { recursive: true, force: true })
    throw cause
  }
}

/**
 * Opens the three transactions, and opens them again until their states fit together. If they never do, the data is
 * damaged: the misfits are returned.
 */
async function seeThreeThatFit(clients: ThreeClients): Promise<string[]> {
  for (let tries = 1; ; tries += 1) {
    for (const part of DATABASE_PARTS) {
      await clients[part].query('BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY')
      // The first statement fixes the snapshot that the transaction sees.
      await clients[part].query('SELECT 1')
    }
    const misfits = await findMisfits(clients)
    if (misfits.length === 0 || tries === LIMITS.triesMax) return misfits
    for (const part of DATABASE_PARTS) await clients[part].query('ROLLBACK')
    await new Promise((resolve) => setTimeout(resolve, LIMITS.retryAfterMs))
  }
}
