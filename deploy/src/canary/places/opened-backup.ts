import { createWriteStream } from 'node:fs'
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises'
import os from 'node:os'
import path from 'node:path'
import { pipeline } from 'node:stream/promises'
import { createGunzip } from 'node:zlib'
import { generateIdentity, identityToRecipient } from 'age-encryption'
import { DATABASE_PARTS, findBackup } from '../../backup/backup-files.js'
import { makeBackup } from '../../backup/make-backup.js'
import { createOpener, createSealer } from '../../backup/seal.js'
import { MovableState } from '../../system/local-state.js'
import type { RunningSystem } from '../../system/start-system.js'
import { files } from './files.js'
import type { Place } from './place.js'

/** What a thief of a backup and of its identity has: each part in clear, and as sealed. */
export function openedBackup({ databases, config, state }: RunningSystem): Place {
  const name = 'a backup, opened'
  return {
    name,
    async read(visit) {
      const folder = await mkdtemp(path.join(os.tmpdir(), 'pma-canary-'))
      try {
        const identity = await generateIdentity()
        const identityFile = path.join(folder, 'identity')
        await writeFile(identityFile, identity)
        const made = await makeBackup({
          ...{ databases, secretsDir: path.join(config.stateDir, 'secrets'), now: () => new Date() },
          launcher: MovableState.parse(state.get()),
          sealer: createSealer(await identityToRecipient(identity), {}),
          into: path.join(folder, 'sealed'),
        })
        const parts = await findBackup(made.folder)
        const opener = await createOpener(parts.suffix, identityFile, {})
        const opened = path.join(folder, 'opened')
        await mkdir(opened)
        for (const part of [...DATABASE_PARTS, 'files'] as const)
          await pipeline(opener.open(parts[part]), createGunzip(), createWriteStream(path.join(opened, part)))
        await files(name, folder).read(visit)
      } finally {
        await rm(folder, { recursive: true, force: true })
      }
    },
  }
}
