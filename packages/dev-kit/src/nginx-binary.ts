import { access, constants } from 'node:fs/promises'
import path from 'node:path'

/** Where Debian puts it; not on the PATH of everybody. */
const USUAL_FOLDERS = ['/usr/sbin', '/usr/local/sbin', '/opt/homebrew/bin']

/** The first nginx of a PATH, or of the usual folders; undefined where there is none. */
export async function findNginx(searchPath: string | undefined): Promise<string | undefined> {
  for (const folder of [...(searchPath ?? '').split(path.delimiter), ...USUAL_FOLDERS]) {
    if (!path.isAbsolute(folder)) continue
    const binary = path.join(folder, 'nginx')
    if (
      await access(binary, constants.X_OK).then(
        () => true,
        () => false,
      )
    )
      return binary
  }
  return undefined
}
