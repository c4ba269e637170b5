import { findProgram } from '../programs/find-program.js'

/** Where Debian puts it; not on the PATH of everybody. */
const USUAL_FOLDERS = ['/usr/sbin', '/usr/local/sbin', '/opt/homebrew/bin']

/** The first nginx of a PATH, or of the usual folders; undefined where there is none. */
export function findNginx(searchPath: string | undefined): Promise<string | undefined> {
  return findProgram('nginx', searchPath, USUAL_FOLDERS)
}
