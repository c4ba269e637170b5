import { Fault } from '@protectmyapi/service-kit/faults'

/** The code and the reason of the `Fault` that `work` throws, or `done` if it throws none. Anything else is thrown on. */
export function refusalOf(work: () => unknown): string {
  try {
    work()
  } catch (thrown) {
    if (thrown instanceof Fault) return `${thrown.code}: ${thrown.message}`
    throw thrown
  }
  return 'done'
}
