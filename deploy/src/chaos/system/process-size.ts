import { readdir, readFile } from 'node:fs/promises'
import type { ProcessSize, ProcessSizes } from '../check/evidence.js'
import { REPLICAS } from './chaos-ports.js'
import type { ChaosSystem } from './chaos-system.js'

/** How large the services are, before and after. */
export interface SizeWatch {
  /** As they are now. */
  remember(): Promise<void>
  /** Those that can be compared. */
  compare(): Promise<readonly ProcessSizes[]>
}

const RESIDENT = /^VmRSS:\s*(\d+) kB$/m

const NAMES = ['vault', 'management', 'proxy'].flatMap((service) =>
  Array.from({ length: REPLICAS }, (_, index) => `${service}-${index + 1}`),
)

export function watchSizes({ pidOf }: Pick<ChaosSystem, 'pidOf'>): SizeWatch {
  const before = new Map<string, ProcessSize>()
  return {
    async remember() {
      for (const name of NAMES) {
        const size = await sizeOf(pidOf(name))
        if (size !== undefined) before.set(name, size)
      }
    },
    async compare() {
      const sizes: ProcessSizes[] = []
      for (const name of NAMES) {
        const [first, after] = [before.get(name), await sizeOf(pidOf(name))]
        if (first !== undefined && after !== undefined) sizes.push({ name, before: first, after })
      }
      return sizes
    },
  }
}

/** Undefined where the process is gone, or the system tells no such thing: it is Linux that does. */
async function sizeOf(pid: number | undefined): Promise<ProcessSize | undefined> {
  if (pid === undefined) return undefined
  try {
    const status = await readFile(`/proc/${pid}/status`, 'utf8')
    const descriptors = (await readdir(`/proc/${pid}/fd`)).length
    return { residentMb: Math.round(Number(RESIDENT.exec(status)?.[1] ?? 0) / 1_024), descriptors }
  } catch {
    return undefined
  }
}
