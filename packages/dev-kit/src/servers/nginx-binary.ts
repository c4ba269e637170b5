import { findProgram } from '../programs/find-program.js'

/** Debian's and other usual folders, which are not on every PATH. */
const USUAL_FOLDERS = ['/usr/sbin', '/usr/local/sbin', '/opt/homebrew/bin']

/** The first nginx on a PATH, or in the usual folders; undefined if there is none. */
export function findNginx(searchPath: string | undefined): Promise<string | undefined> {
  return findProgram('nginx', searchPath, USUAL_FOLDERS)
}
