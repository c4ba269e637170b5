import { execFile } from 'node:child_process'
import { promisify } from 'node:util'

/** The built module of this package, as a program's text imports it. */
export const builtModule = (file: string): string => JSON.stringify(new URL(`../../dist/${file}`, import.meta.url).href)

/**
 * Runs a program in a process of its own, for what is the process's and lasts, and answers what it printed.
 *
 * @throws Error where it fails.
 */
export async function runAlone(program: string, flags: readonly string[], ...words: string[]): Promise<string> {
  const args = [...flags, '--input-type=module', '--eval', program, ...words]
  const { stdout } = await promisify(execFile)(process.execPath, args)
  return stdout
}
