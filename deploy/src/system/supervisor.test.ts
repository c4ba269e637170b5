import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import os from 'node:os'
import path from 'node:path'
import { describe, expect, it } from '@jest/globals'
import { closeAfterEach } from '@protectmyapi/dev-kit/close-after-each'
import { startGuard } from '@protectmyapi/dev-kit/programs/guard'
import { createSupervisor, type ProcessSpec, type Supervisor } from './supervisor.js'

const atEnd = closeAfterEach()

/** A supervisor, and a program whose log already has lines of an earlier run. */
async function withFormerLog(program: string): Promise<{ supervisor: Supervisor; spec: ProcessSpec }> {
  const folder = await mkdtemp(path.join(os.tmpdir(), 'pma-supervisor-'))
  const guard = startGuard()
  atEnd(
    () => rm(folder, { recursive: true, force: true }),
    () => guard.close(),
  )
  const spec = { name: 'one', script: path.join(folder, 'one.js'), env: {}, logFile: path.join(folder, 'one.log') }
  await writeFile(spec.script, program)
  await writeFile(spec.logFile, 'of the run before\n')
  return { supervisor: createSupervisor({ guard, inherited: {}, say: () => undefined, onPids: () => undefined }), spec }
}

const messageOf = (work: Promise<void>): Promise<string> => work.then(String, ({ message }: Error) => message)

describe('the report of a failed start', () => {
  it('contains what the process wrote, and nothing that an earlier run wrote', async () => {
    const { supervisor, spec } = await withFormerLog("console.log('of this run'); process.exit(1)")
    for (const work of [() => supervisor.start(spec), () => supervisor.runToEnd(spec)]) {
      await writeFile(spec.logFile, 'of the run before\n')
      const told = await messageOf(work())
      expect(told.split('\n').slice(1)).toEqual(['of this run'])
    }
  })

  it('says that the process wrote nothing when that is so', async () => {
    const { supervisor, spec } = await withFormerLog('process.exit(1)')
    const told = `It wrote nothing to ${spec.logFile}.`
    expect(await messageOf(supervisor.start(spec))).toBe(`one did not start. ${told}`)
    expect(await messageOf(supervisor.runToEnd(spec))).toBe(`one failed (1). ${told}`)
  })
})
