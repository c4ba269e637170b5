import { chmod, mkdir, mkdtemp, readdir, rm, statfs } from 'node:fs/promises'
import os from 'node:os'
import path from 'node:path'
import { SHARED_FOLDER } from '@protectmyapi/dev-kit/postgres/postgres-server'
import { isAlive } from '@protectmyapi/dev-kit/programs/is-alive'

/** Linux's file system in memory, which every user may use. */
const MEMORY = '/dev/shm'

/**
 * A database takes 10 MB, and several exist at once; their WAL takes 1 GB (`max_wal_size`). The 64 MB of a container
 * are not enough.
 */
const ROOM_BYTES_MIN = 4 * 2 ** 30

const NAME = /^protectmyapi-test-postgres-(\d+)-/

/**
 * Makes a folder for the database cluster of one run, in memory where there is room. Each test file makes databases of
 * some 300 files each and drops them, and ext4 without a journal scans all recently removed files for each file that is
 * made.
 */
export async function makeClusterFolder(): Promise<string> {
  const parent = (await isRoomy(MEMORY)) ? MEMORY : process.getuid?.() === 0 ? SHARED_FOLDER : os.tmpdir()
  await mkdir(parent, { recursive: true, mode: 0o755 })
  await removeLeftClusters(parent)
  const folder = await mkdtemp(path.join(parent, `protectmyapi-test-postgres-${process.pid}-`))
  // Postgres may run as another user.
  await chmod(folder, 0o755)
  return folder
}

/** Removes the clusters of runs that were killed, which would otherwise stay in memory until the machine restarts. */
export async function removeLeftClusters(parent: string): Promise<void> {
  for (const name of await readdir(parent)) {
    const pid = NAME.exec(name)?.[1]
    if (pid !== undefined && !isAlive(Number(pid))) await rm(path.join(parent, name), { recursive: true, force: true })
  }
}

async function isRoomy(folder: string): Promise<boolean> {
  return statfs(folder).then(
    ({ bavail, bsize }) => bavail * bsize >= ROOM_BYTES_MIN,
    () => false,
  )
}
