import { findProgram } from '../programs/find-program.js'

/** What distributions and Google call it. */
const NAMES = ['chromium', 'chromium-browser', 'google-chrome']

/** The first Chromium on a PATH; undefined if there is none. */
export async function findChromium(searchPath: string | undefined): Promise<string | undefined> {
  for (const name of NAMES) {
    const program = await findProgram(name, searchPath)
    if (program !== undefined) return program
  }
  return undefined
}
