import type { ChaosSystem } from '../system/chaos-system.js'

/** Something that can break, and how it is mended. */
export interface Fault {
  readonly kind: string
  /** The name of a process or of a link. */
  readonly target: string
  /** How long it lasts. */
  readonly holdMs: { readonly from: number; readonly to: number }
  /** Breaks the target. Answers a function that mends it. */
  begin(system: ChaosSystem): Promise<() => Promise<void>>
}

export const nothingToMend = (): Promise<void> => Promise.resolve()

/** Sends a signal to a process of the system. Does nothing while the process is being started again. */
export function signal(system: ChaosSystem, name: string, word: NodeJS.Signals): void {
  const pid = system.pidOf(name)
  if (pid === undefined) return
  try {
    process.kill(pid, word)
  } catch {
    // The process has ended in the meantime.
  }
}
