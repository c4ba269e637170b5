import { constants } from 'node:fs'
import { access } from 'node:fs/promises'
import path from 'node:path'

/**
 * The first executable of that name in a PATH, or in the folders after it; undefined if there is none. Relative folders
 * are skipped, because their meaning changes with the working directory.
 */
export async function findProgram(
  name: string,
  searchPath: string | undefined,
  furtherFolders: readonly string[] = [],
): Promise<string | undefined> {
  for (const folder of [...(searchPath ?? '').split(path.delimiter), ...furtherFolders]) {
    if (!path.isAbsolute(folder)) continue
    const file = path.join(folder, name)
    const isThere = await access(file, constants.X_OK).then(
      () => true,
      () => false,
    )
    if (isThere) return file
  }
  return undefined
}
