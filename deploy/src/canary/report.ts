import type { Found } from './places/place.js'

/** The results of a run. */
export interface Gone {
  readonly found: readonly Found[]
  /** Names of values that the provider was never given. */
  readonly notArrived: readonly string[]
  /** Why a place that was to be searched could not be. */
  readonly missing: readonly string[]
}

/** The reasons why the run fails; empty where all is well. Pure. */
export function faultsOf({ found, notArrived, missing }: Gone): readonly string[] {
  const faults = found.flatMap(({ place, hits, sees }) => [
    ...hits.map(({ name, form }) => `${place}: ${name}, ${form}`),
    ...(sees ? [] : [`${place}: not even what has to be there was found`]),
  ])
  // A value that never left the vault could not have leaked, so the run proves nothing about it.
  return [...faults, ...notArrived.map((name) => `the provider was never given: ${name}`), ...missing]
}

/** The table for people. Pure. */
export function table(found: readonly Found[]): string {
  const rows = found.map(({ place, bytes, hits }) => `| ${place} | ${mebibytes(bytes)} | ${hits.length} |`)
  const all = found.reduce((sum, { bytes }) => sum + bytes, 0)
  const hits = found.reduce((sum, one) => sum + one.hits.length, 0)
  return ['| place | MiB | hits |', '|---|---|---|', ...rows, `| all | ${mebibytes(all)} | ${hits} |`].join('\n')
}

const mebibytes = (bytes: number): string => (bytes / 1024 ** 2).toFixed(2)
