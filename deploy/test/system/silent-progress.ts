import type { Progress } from '../../src/console/progress.js'

/** Says nothing. */
export const silentProgress: Progress = {
  step: (_label, work) => work(() => undefined),
  say: () => undefined,
}
