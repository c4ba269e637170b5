/**
 * Wakes the writers of this process when a proxy has reported something. A kindness: what counts is read from the
 * registry, and who reports to another replica is found by looking there again.
 */
export interface Reports {
  /** Settles with the next report. Ask before looking: what is reported while one looks must not be missed. */
  next(): Promise<void>
  /** Something was reported, and is committed to the registry. */
  reported(): void
}

export function createReports(): Reports {
  let awaited: { readonly report: Promise<void>; readonly settle: () => void } | undefined
  return {
    next() {
      awaited ??= onceSettled()
      return awaited.report
    },
    reported() {
      awaited?.settle()
      awaited = undefined
    },
  }
}

function onceSettled(): { readonly report: Promise<void>; readonly settle: () => void } {
  let settle = (): void => {}
  const report = new Promise<void>((resolve) => {
    settle = resolve
  })
  return { report, settle }
}
