import {
  constants,
  monitorEventLoopDelay,
  type PerformanceEntry,
  PerformanceObserver,
  performance,
} from 'node:perf_hooks'
import { getHeapStatistics } from 'node:v8'
import { linesLogged } from '../program/log.js'
import { gaugeOf, type Meter, readingOf, secondsOf, sumOf } from './instruments.js'

const LIMITS = { resolutionMs: 10 } as const

const GC_KINDS: Readonly<Record<number, string>> = {
  [constants.NODE_PERFORMANCE_GC_MINOR]: 'minor',
  [constants.NODE_PERFORMANCE_GC_MAJOR]: 'major',
  [constants.NODE_PERFORMANCE_GC_INCREMENTAL]: 'incremental',
  [constants.NODE_PERFORMANCE_GC_WEAKCB]: 'weak',
}

/**
 * Measures the event loop, garbage collector, memory, processor and log of this process. The returned function stops
 * it.
 */
export function watchProcess(meter: Meter): () => void {
  const stopLoop = watchEventLoop(meter)
  const stopCollector = watchCollector(meter)
  readingOf(meter, 'pma_process_heap_used_bytes', 'heap in use', () => process.memoryUsage().heapUsed)
  readingOf(meter, 'pma_process_heap_limit_bytes', 'limit of the heap', () => getHeapStatistics().heap_size_limit)
  readingOf(meter, 'pma_process_resident_bytes', 'resident memory', () => process.memoryUsage.rss())
  readingOf(meter, 'pma_process_start_time_seconds', 'Unix time of the start', () => performance.timeOrigin / 1_000)
  sumOf(meter, 'pma_process_cpu_seconds_total', 'processor time', (observe) => {
    const { user, system } = process.cpuUsage()
    observe(user / 1e6, { mode: 'user' })
    observe(system / 1e6, { mode: 'system' })
  })
  sumOf(meter, 'pma_log_lines_total', 'lines logged at that level', (observe) => {
    for (const [level, lines] of Object.entries(linesLogged())) observe(lines, { level })
  })
  return () => {
    stopLoop()
    stopCollector()
  }
}

function watchEventLoop(meter: Meter): () => void {
  const delay = monitorEventLoopDelay({ resolution: LIMITS.resolutionMs })
  delay.enable()
  gaugeOf(meter, 'pma_process_event_loop_delay_seconds', 'how late the event loop was', (observe) => {
    // The measured time is that between two ticks of a timer, so the timer's own period is subtracted.
    const late = (nanoseconds: number): number => Math.max(0, nanoseconds / 1e9 - LIMITS.resolutionMs / 1_000)
    observe(late(delay.percentile(50)), { quantile: '0.5' })
    observe(late(delay.percentile(99)), { quantile: '0.99' })
    observe(late(delay.max), { quantile: '1' })
    delay.reset()
  })
  let last = performance.eventLoopUtilization()
  readingOf(meter, 'pma_process_event_loop_utilization_ratio', 'part of the time in which the loop was busy', () => {
    const now = performance.eventLoopUtilization()
    const { utilization } = performance.eventLoopUtilization(now, last)
    last = now
    return utilization
  })
  return () => delay.disable()
}

function watchCollector(meter: Meter): () => void {
  const seconds = secondsOf(meter, 'pma_process_gc_seconds', 'pauses of the garbage collector', ['kind'])
  const observer = new PerformanceObserver((list) => {
    for (const entry of list.getEntries()) seconds.record(entry.duration / 1_000, { kind: kindOf(entry) })
  })
  observer.observe({ entryTypes: ['gc'] })
  return () => observer.disconnect()
}

/** Node's types do not declare `detail`. */
function kindOf(entry: PerformanceEntry): string {
  const detail: unknown = 'detail' in entry ? entry.detail : undefined
  const kind = typeof detail === 'object' && detail !== null && 'kind' in detail ? Number(detail.kind) : 0
  return GC_KINDS[kind] ?? 'weak'
}
