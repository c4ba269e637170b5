import { createWriteStream } from 'node:fs'
import type { History, HistoryEntry, InjectedFault, Injection, Operation, SentRequest } from './history.js'

/**
 * Keeps the history in memory for the checker, and in an NDJSON file for people who look into what the checker found.
 */
export interface HistoryRecorder {
  add(entry: HistoryEntry): void
  /** The history so far. */
  history(): History
  /** Settles when the file is completely written. */
  close(): Promise<void>
}

export function createHistoryRecorder(file: string): HistoryRecorder {
  const out = createWriteStream(file, { mode: 0o600 })
  const operations: Operation[] = []
  const requests: SentRequest[] = []
  const injections: Injection[] = []
  const faults: InjectedFault[] = []

  function keep(entry: HistoryEntry): void {
    switch (entry.type) {
      case 'operation':
        operations.push(entry)
        return
      case 'request':
        requests.push(entry)
        return
      case 'injection':
        injections.push(entry)
        return
      case 'fault':
        faults.push(entry)
    }
  }

  return {
    add(entry) {
      keep(entry)
      out.write(`${JSON.stringify(entry)}\n`)
    },
    history: () => ({ operations, requests, injections, faults }),
    close: () => new Promise((resolve) => out.end(() => resolve())),
  }
}
