import { setTimeout as sleep } from 'node:timers/promises'
import { z } from 'zod'
import type { HistoryEntry, Operation } from '../history/history.js'
import type { Answer, Operator } from './operator.js'

/** One change: the request, and what follows from it. */
export interface Change {
  readonly kind: string
  readonly target: string
  readonly method: string
  readonly path: string
  readonly body?: unknown
  readonly ends?: readonly string[]
  readonly begins?: readonly string[]
  /** Event and target in the audit trail. For a new thing, the target is read from the answer. */
  readonly audit?: { readonly event: string; readonly target?: string }
}

/** Asks for changes, and records their outcomes in the history. */
export interface Operate {
  /** Asks once. */
  once(management: number, change: Change): Promise<{ outcome: Operation['outcome']; body: unknown }>
  /**
   * Asks one management after the other until the change is done. Undefined where it is refused, or the time is over.
   * "Not found" in answer to a repeated deletion means that the deletion is in force, as the first answer would have
   * said.
   */
  untilDone(management: number, change: Change): Promise<{ body: unknown } | undefined>
  /** Records that an announced change has taken effect by itself, now. */
  came(kind: string, target: string, ends: readonly string[]): void
}

const LIMITS = {
  /** Pause between two tries, because an outage does not pass sooner. */
  againMs: 250,
} as const

const InForce = z.object({ inForce: z.object({ by: z.string(), waitedMs: z.number() }) })
const WithId = z.object({ id: z.string() })

export function createOperate(operator: Operator, tell: (entry: HistoryEntry) => void, isOver: () => boolean): Operate {
  async function ask(management: number, change: Change, isRetry: boolean) {
    const { method, path, body } = change
    const answer = await operator.ask(management, method, path, body)
    const wasGone = isRetry && method === 'DELETE' && answer.status === 404
    const outcome = wasGone ? 'done' : outcomeOf(answer)
    const inForce = InForce.safeParse(answer.body).data?.inForce
    tell({
      type: 'operation',
      kind: change.kind,
      target: change.target,
      management: operator.nameOf(management),
      startMs: answer.startMs,
      endMs: answer.endMs,
      outcome,
      status: answer.status,
      code: answer.code,
      inForce: inForce?.by ?? '',
      waitedMs: inForce?.waitedMs ?? 0,
      ends: change.ends ?? [],
      begins: change.begins ?? [],
      audit: wasGone ? null : auditOf(change, answer),
    })
    return { outcome, body: answer.body }
  }

  return {
    once: (management, change) => ask(management, change, false),
    came(kind, target, ends) {
      const nowMs = performance.now()
      const passed = {
        outcome: 'done',
        status: 0,
        code: '',
        inForce: '',
        waitedMs: 0,
        begins: [],
        audit: null,
      } as const
      tell({ type: 'operation', kind, target, management: '', startMs: nowMs, endMs: nowMs, ends, ...passed })
    },
    async untilDone(management, change) {
      for (let attempt = 0; !isOver(); attempt += 1) {
        const { outcome, body } = await ask(management + attempt, change, attempt > 0)
        if (outcome === 'done') return { body }
        if (outcome === 'refused') return undefined
        await sleep(LIMITS.againMs)
      }
      return undefined
    },
  }
}

function outcomeOf({ status }: Answer): Operation['outcome'] {
  if (status >= 200 && status < 300) return 'done'
  return status >= 400 && status < 500 ? 'refused' : 'unknown'
}

function auditOf({ audit }: Change, { body }: Answer): Operation['audit'] {
  if (audit === undefined) return null
  const target = audit.target ?? WithId.safeParse(body).data?.id
  return target === undefined ? null : { event: audit.event, target }
}
