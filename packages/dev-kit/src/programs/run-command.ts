import { execFile } from 'node:child_process'

export interface CommandOptions {
  readonly cwd?: string
  readonly env?: NodeJS.ProcessEnv
  readonly uid?: number
  readonly gid?: number
  readonly timeoutMs?: number
}

/** Enough for the output of installers. */
const OUTPUT_BYTES_MAX = 8 * 1024 * 1024

/**
 * Runs a program to its end and returns its standard output.
 *
 * @throws Error with the last lines that it printed, if its exit status is not 0.
 */
export function runCommand(file: string, args: readonly string[], options: CommandOptions = {}): Promise<string> {
  const { timeoutMs, ...rest } = options
  return new Promise((resolve, reject) => {
    const settings = {
      ...rest,
      maxBuffer: OUTPUT_BYTES_MAX,
      ...(timeoutMs === undefined ? {} : { timeout: timeoutMs }),
    }
    execFile(file, [...args], settings, (cause, stdout, stderr) => {
      if (cause === null) return resolve(stdout)
      const said = lastLines(`${stdout}\n${stderr}`, 15)
      reject(
        new Error(`${file} ${args[0] ?? ''} failed (${cause.code ?? cause.signal ?? 'unknown'}):\n${said}`, { cause }),
      )
    })
  })
}

export function lastLines(text: string, count: number): string {
  return text.trimEnd().split('\n').slice(-count).join('\n')
}
