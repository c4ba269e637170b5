import os from 'node:os'
import { runCommand } from '@protectmyapi/dev-kit/programs/run-command'

/**
 * Assigns processes to cores: what is measured gets a core of its own, and what makes load or answers gets the others.
 */
export interface Pinning {
  /** All threads of a process that is measured. */
  measured(pid: number): Promise<void>
  /** All threads of a helper. */
  helper(pid: number): Promise<void>
  readonly note: string
}

/** Uses `taskset`. Where it is not installed, or there is one core only, nothing is pinned and the table says so. */
export async function createPinning(): Promise<Pinning> {
  const cores = os.cpus().length
  const works = cores > 1 && (await runCommand('taskset', ['-V']).then(yes, no))
  if (!works) return { measured: async () => {}, helper: async () => {}, note: 'nothing is pinned to a core' }
  const pin = async (cpus: string, pid: number): Promise<void> => {
    await runCommand('taskset', ['-a', '-c', '-p', cpus, String(pid)])
  }
  return {
    measured: (pid) => pin('0', pid),
    helper: (pid) => pin(cores === 2 ? '1' : `1-${cores - 1}`, pid),
    note: `what is measured is pinned to one of ${cores} cores, load and upstream to the others`,
  }
}

const yes = (): boolean => true
const no = (): boolean => false
