import type { Found } from './places/place.js'

/** What was gone through. */
export interface Gone {
  readonly found: readonly Found[]
  /** Names of values that the provider was never given. */
  readonly notArrived: readonly string[]
  /** Of places that were to be searched, and were not there. */
  readonly missing: readonly string[]
}

/** What the run is red for, in words; empty where all is well. Pure. */
export function faultsOf({ found, notArrived, missing }: Gone): readonly string[] {
  const faults = found.flatMap(({ place, hits, sees }) => [
    ...hits.map(({ name, form }) => `${place}: ${name}, ${form}`),
    ...(sees ? [] : [`${place}: not even what has to be there was found`]),
  ])
  // A value that never left the vault cannot have leaked.
  return [...faults, ...notArrived.map((name) => `the provider was never given: ${name}`), ...missing]
}

/** For people. Pure. */
export function table(found: readonly Found[]): string {
  const rows = found.map(({ place, bytes, hits }) => `| ${place} | ${mebibytes(bytes)} | ${hits.length} |`)
  const all = found.reduce((sum, { bytes }) => sum + bytes, 0)
  const hits = found.reduce((sum, one) => sum + one.hits.length, 0)
  return ['| place | MiB | hits |', '|---|---|---|', ...rows, `| all | ${mebibytes(all)} | ${hits} |`].join('\n')
}

const mebibytes = (bytes: number): string => (bytes / 1024 ** 2).toFixed(2)
