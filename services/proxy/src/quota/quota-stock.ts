import { Fault } from '@protectmyapi/service-kit/faults'
import { createBlockSize } from './block-size.js'
import type { QuotaBlock, QuotaDraw, QuotaReturn } from './draw-quota.js'
import type { QuotaCounter } from './quota-counters.js'
import type { Exceeded } from './quotas.js'

const LIMITS = {
  /** The next block is asked for while the last quarter of this one is spent. */
  aheadAtPartOfBlock: 4,
  /**
   * How long "used up" is believed: others may give units back, but a flood of refusals must not become a flood of
   * calls.
   */
  usedUpMs: 1_000,
  /** The pause after no units were to be had ahead of need: near the bound, or while management is away. */
  aheadPauseMs: 1_000,
} as const

/** What a request got: a unit of the period that began at that time, or a refusal. */
export type Taken = { readonly startsAtMs: number } | { readonly exceeded: Exceeded }

interface Period extends Omit<QuotaBlock, 'units' | 'nowMs'> {
  /** Monotonic milliseconds, counted from before the question, so that no unit is spent after its period. */
  readonly usableUntil: number
  /** Counted from after the answer, so that the period is over by then. */
  readonly overAt: number
}

interface Waiter {
  settle(taken: Taken): void
  refuse(fault: Fault): void
}

interface StockDeps {
  readonly counter: QuotaCounter
  /** Asks for a block, which ends with `landed` or `failed`. At most one question at a time. */
  readonly ask: (stock: QuotaStock) => void
  readonly giveBack: (returned: QuotaReturn) => void
}

/**
 * What this process holds of one quota of one subject. A taken unit is undecided until its request has been admitted or
 * refused. While any unit is undecided, no request is told that the quota is used up, because the unit may come back.
 */
export class QuotaStock {
  readonly counter: QuotaCounter
  /** Monotonic. */
  usedAt: number
  readonly #deps: StockDeps
  readonly #size = createBlockSize()
  readonly #waiting: Waiter[] = []
  #period: Period | null = null
  #left = 0
  #undecided = 0
  #aheadAt = 0
  #asking: { readonly needed: number; readonly askedAt: number } | 'soon' | null = null
  #usedUpUntil = Number.NEGATIVE_INFINITY
  #noneAheadUntil = Number.NEGATIVE_INFINITY
  #retired = false

  constructor(deps: StockDeps, nowMs: number) {
    this.#deps = deps
    this.counter = deps.counter
    this.usedAt = nowMs
  }

  /** A request or a question is pending, so the stock cannot be forgotten. */
  get busy(): boolean {
    return this.#undecided > 0 || this.#waiting.length > 0 || this.#asking !== null
  }

  /** Answers from memory; undefined where that is not possible without a wait. */
  tryTake(nowMs: number): Taken | undefined {
    this.#rollOver(nowMs)
    if (this.#waiting.length > 0) return undefined
    if (this.#left === 0) return this.#isUsedUp(nowMs) && this.#undecided === 0 ? this.#exceeded(nowMs) : undefined
    const taken = this.#takeOne()
    if (taken && this.#left <= this.#aheadAt && nowMs >= this.#noneAheadUntil) this.#ask()
    return taken
  }

  /** @throws Fault UNAVAILABLE where a block is needed and cannot be had. */
  take(nowMs: number): Promise<Taken> {
    return new Promise((settle, refuse) => {
      this.#waiting.push({ settle, refuse })
      this.#serve(nowMs)
    })
  }

  /** For a request that was admitted. */
  keep(nowMs: number): void {
    this.#undecided -= 1
    this.#serve(nowMs)
  }

  /** @param decided the unit was kept before, and then its ticket was voided. */
  putBack(startsAtMs: number, decided: boolean, nowMs: number): void {
    if (!decided) this.#undecided -= 1
    this.#rollOver(nowMs)
    if (this.#period?.startsAtMs === startsAtMs) this.#left += 1
    if (this.#retired) this.#returnAll()
    this.#serve(nowMs)
  }

  /** The question, made when it leaves. */
  question(nowMs: number): QuotaDraw {
    const needed = this.#waiting.length
    this.#asking = { needed, askedAt: nowMs }
    const wanted = this.#retired ? 0 : this.#size.next(nowMs)
    return { counter: this.counter, needed, wanted: Math.max(needed, wanted) }
  }

  landed({ units, startsAtMs, endsAtMs, nowMs: drawnAtMs }: QuotaBlock, nowMs: number): void {
    const { needed, askedAt } = this.#asking === 'soon' || !this.#asking ? { needed: 0, askedAt: nowMs } : this.#asking
    this.#asking = null
    if (this.#period?.startsAtMs !== startsAtMs) this.#left = 0
    const restMs = endsAtMs - drawnAtMs
    this.#period = { startsAtMs, endsAtMs, usableUntil: askedAt + restMs, overAt: nowMs + restMs }
    this.#left += units
    this.#aheadAt = Math.floor(units / LIMITS.aheadAtPartOfBlock)
    this.#usedUpUntil = units < needed ? nowMs + LIMITS.usedUpMs : Number.NEGATIVE_INFINITY
    if (units <= needed) this.#noneAheadUntil = nowMs + LIMITS.aheadPauseMs
    if (this.#retired) this.#returnAll()
    // Without a check of the time, because they waited within the period.
    this.#serveFromLeft()
    this.#serve(nowMs)
  }

  failed(cause: unknown, nowMs: number): void {
    this.#asking = null
    this.#noneAheadUntil = nowMs + LIMITS.aheadPauseMs
    const fault = new Fault('UNAVAILABLE', 'no block of a quota could be drawn', { cause })
    for (const { refuse } of this.#waiting.splice(0)) refuse(fault)
  }

  /** Nothing is taken from it any more. What is left goes back, and so does whatever comes in later. */
  retire(nowMs: number): void {
    this.#retired = true
    this.#rollOver(nowMs)
    this.#returnAll()
  }

  #serve(nowMs: number): void {
    this.#rollOver(nowMs)
    this.#serveFromLeft()
    if (this.#waiting.length === 0 || this.#asking !== null) return
    if (!this.#isUsedUp(nowMs)) this.#ask()
    // While requests that hold the last units are undecided, the others wait: each decision runs this again.
    else if (this.#undecided === 0) for (const { settle } of this.#waiting.splice(0)) settle(this.#exceeded(nowMs))
  }

  #serveFromLeft(): void {
    while (this.#left > 0 && this.#waiting.length > 0) {
      const taken = this.#takeOne()
      if (!taken) return
      this.#waiting.shift()?.settle(taken)
    }
  }

  #takeOne(): Taken | undefined {
    if (!this.#period) return undefined
    this.#left -= 1
    this.#undecided += 1
    return { startsAtMs: this.#period.startsAtMs }
  }

  #ask(): void {
    if (this.#asking !== null || this.#retired) return
    this.#asking = 'soon'
    this.#deps.ask(this)
  }

  #isUsedUp(nowMs: number): boolean {
    return this.#period !== null && nowMs < this.#usedUpUntil
  }

  /** Units of a period that is over are lost, and the quota no longer counts as used up. */
  #rollOver(nowMs: number): void {
    if (this.#period === null || nowMs < this.#period.usableUntil) return
    this.#period = null
    this.#left = 0
  }

  #exceeded(nowMs: number): Taken {
    const { scope, period, count } = this.counter
    const { startsAtMs = 0, endsAtMs = 0, overAt = nowMs } = this.#period ?? {}
    return { exceeded: { scope, period, count, startsAtMs, endsAtMs, retryAfterMs: overAt - nowMs } }
  }

  #returnAll(): void {
    const { counter } = this
    if (this.#period && this.#left > 0)
      this.#deps.giveBack({ counter, startsAtMs: this.#period.startsAtMs, units: this.#left })
    this.#left = 0
  }
}
