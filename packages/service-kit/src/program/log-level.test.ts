import { mkdtemp, rename, rm, writeFile } from 'node:fs/promises'
import os from 'node:os'
import path from 'node:path'
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals'
import { createLogger, type Logger } from './log.js'
import { watchLogLevel } from './log-level.js'

describe('the level of the log', () => {
  let folder = ''
  let file = ''
  let log: Logger
  let end = (): void => {}
  let lines: Record<string, unknown>[] = []
  let heard = (): void => {}

  beforeEach(async () => {
    folder = await mkdtemp(path.join(os.tmpdir(), 'pma-level-'))
    file = path.join(folder, 'level')
    lines = []
    log = createLogger('test', 'warn', {
      write(line: string) {
        lines.push(JSON.parse(line))
        heard()
      },
    })
    end = watchLogLevel(log, { usual: 'warn', file, pollMs: 5 })
  })
  afterEach(async () => {
    end()
    await rm(folder, { recursive: true })
  })

  /** Changes the file, and resolves to the line that reports the change. */
  const change = async (text: string): Promise<Record<string, unknown> | undefined> => {
    const told = new Promise<void>((resolve) => {
      heard = resolve
    })
    // In one step, as a mounted file changes, so that no half-written file is read.
    await writeFile(`${file}.next`, text)
    await rename(`${file}.next`, file)
    await told
    return lines.at(-1)
  }

  it('is the one in the file, and the environment’s again once the file is empty', async () => {
    expect(await change('debug\n')).toMatchObject({ msg: 'the log level was changed', level: 'debug' })
    expect(log.level).toBe('debug')
    await change('silent')
    expect(log.level).toBe('silent')
    await change('')
    expect(log.level).toBe('warn')
  })

  it('is not logged as changed when the file names the level already in force', async () => {
    end()
    await writeFile(file, 'warn')
    end = watchLogLevel(log, { usual: 'warn', file, pollMs: 5 })
    expect(await change('error')).toMatchObject({ level: 'error' })
    expect(lines).toHaveLength(1)
  })

  it('stays when the file names no valid level, and the log does not repeat the file’s text', async () => {
    expect(await change('planted-word')).toMatchObject({
      msg: 'the log level file does not contain a valid level; the level stays',
    })
    expect(log.level).toBe('warn')
    expect(JSON.stringify(lines)).not.toContain('planted')
  })
})
