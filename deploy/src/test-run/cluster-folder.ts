import { chmod, mkdir, mkdtemp, readdir, rm, statfs } from 'node:fs/promises'
import os from 'node:os'
import path from 'node:path'
import { SHARED_FOLDER } from '@protectmyapi/dev-kit/postgres/postgres-server'
import { isAlive } from '@protectmyapi/dev-kit/programs/is-alive'

/** Linux's file system in memory, where everybody may go. */
const MEMORY = '/dev/shm'

/** A database takes 10 MB, and there are some at once; their log 1 GB (`max_wal_size`). A container's 64 MB are not enough. */
const ROOM_BYTES_MIN = 4 * 2 ** 30

const NAME = /^protectmyapi-test-postgres-(\d+)-/

/**
 * A folder for the cluster of one run. In memory where there is room: each test file makes databases of some 300 files each
 * and drops them, and ext4 without a journal looks at all files that were removed lately for each one that is made.
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

/** Those of runs that were killed: in memory they would stay until the machine ends. */
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
