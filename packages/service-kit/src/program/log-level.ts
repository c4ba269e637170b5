import { readFile } from 'node:fs/promises'
import { LOG_LEVELS, type Logger } from './log.js'

/** Files are polled, as certificates are, because a mounted ConfigMap changes by a swapped link. */
const POLL_MS = 2_000

/** The longest level has six letters; anything much longer is not a level. */
const CHARS_MAX = 64

interface Options {
  /** `LOG_LEVEL`: used while the file is absent or empty. */
  readonly usual: string
  /** Null: the level never changes. */
  readonly file: string | null
  readonly pollMs?: number
}

/**
 * Logs at the level that a file names. Only an operator who may write to that file can change it. Text that is not a
 * level changes nothing and is reported once. The returned function stops watching.
 */
export function watchLogLevel(log: Logger, { usual, file, pollMs = POLL_MS }: Options): () => void {
  if (file === null) return () => {}
  let last = ''
  const look = async (): Promise<void> => {
    const word = (await readFile(file, 'utf8').catch(() => '')).slice(0, CHARS_MAX).trim()
    if (word === last) return
    last = word
    const level = word === '' ? usual : word
    // The text is not repeated in the log: it may be anything, if the wrong file was written.
    if (!LOG_LEVELS.some((known) => known === level))
      return log.warn({ file }, 'the log level file does not contain a valid level; the level stays')
    if (level === log.level) return
    // Reported at any level, because somebody may later ask why lines are missing.
    log.level = 'info'
    log.info({ level }, 'the log level was changed')
    log.level = level
  }
  void look()
  const timer = setInterval(() => void look(), pollMs)
  timer.unref()
  return () => clearInterval(timer)
}
