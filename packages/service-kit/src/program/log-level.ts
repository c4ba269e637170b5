import { readFile } from 'node:fs/promises'
import { LOG_LEVELS, type Logger } from './log.js'

/** Files are polled, as certificates are: a mounted ConfigMap changes by a swapped link. */
const POLL_MS = 2_000

/** A level has ten letters at the most; whatever else stands in the file is no level. */
const CHARS_MAX = 64

interface Options {
  /** `LOG_LEVEL`: in force while the file is absent or empty. */
  readonly usual: string
  /** Null: the level stays. */
  readonly file: string | null
  readonly pollMs?: number
}

/**
 * Logs at the level that a file names, as long as it names one. Only who may write to that file, an operator, changes it.
 * What is no level changes nothing and is told, once. The returned function ends it.
 */
export function watchLogLevel(log: Logger, { usual, file, pollMs = POLL_MS }: Options): () => void {
  if (file === null) return () => {}
  let last = ''
  const look = async (): Promise<void> => {
    const word = (await readFile(file, 'utf8').catch(() => '')).slice(0, CHARS_MAX).trim()
    if (word === last) return
    last = word
    const level = word === '' ? usual : word
    // Not repeated: who mistook the file may have written anything.
    if (!LOG_LEVELS.some((known) => known === level)) return log.warn({ file }, 'the file of the log level names none')
    if (level === log.level) return
    // Told whatever both levels are: somebody asks later why lines are missing.
    log.level = 'info'
    log.info({ level }, 'the log level was changed')
    log.level = level
  }
  void look()
  const timer = setInterval(() => void look(), pollMs)
  timer.unref()
  return () => clearInterval(timer)
}
