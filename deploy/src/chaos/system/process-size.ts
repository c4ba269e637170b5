import { readdir, readFile } from 'node:fs/promises'
import type { ProcessSize, ProcessSizes } from '../check/evidence.js'
import { REPLICAS } from './chaos-ports.js'
import type { ChaosSystem } from './chaos-system.js'

/** The sizes of the services, before and after a run. */
export interface SizeWatch {
  /** Remembers the current sizes. */
  remember(): Promise<void>
  /** The remembered and the current size of each. */
  compare(): Promise<readonly ProcessSizes[]>
}

const RESIDENT = /^VmRSS:\s*(\d+) kB$/m

const NAMES = ['vault', 'management', 'proxy'].flatMap((service) =>
  Array.from({ length: REPLICAS }, (_, index) => `${service}-${index + 1}`),
)

export function watchSizes({ pidOf }: Pick<ChaosSystem, 'pidOf'>): SizeWatch {
  const before = new Map<string, ProcessSize | null>()
  return {
    async remember() {
      for (const name of NAMES) before.set(name, await sizeOf(pidOf(name)))
    },
    async compare() {
      const sizes: ProcessSizes[] = []
      for (const name of NAMES) sizes.push({ name, before: before.get(name) ?? null, after: await sizeOf(pidOf(name)) })
      return sizes
    },
  }
}

/** Null where the process is gone, or the system does not tell: only Linux does. */
async function sizeOf(pid: number | undefined): Promise<ProcessSize | null> {
  if (pid === undefined) return null
  try {
    const status = await readFile(`/proc/${pid}/status`, 'utf8')
    const descriptors = (await readdir(`/proc/${pid}/fd`)).length
    return { residentMb: Math.round(Number(RESIDENT.exec(status)?.[1] ?? 0) / 1_024), descriptors }
  } catch {
    return null
  }
}
