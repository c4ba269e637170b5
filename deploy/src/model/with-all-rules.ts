import type { WithAllRules } from './run.js'

/** Every state of small configurations, in a minute. */
export const WITH_ALL_RULES: readonly WithAllRules[] = [
  {
    ...all('progress', ['NP=1', 'NW=1', 'PROGRESS']),
    covers: '1 proxy, 1 writer; and the writer answers in time',
    states: 286_201,
  },
  {
    ...all('settled', ['NP=1', 'NW=1', 'LIVE']),
    search: 'fair',
    covers: '1 proxy, 1 writer; and each intent is settled',
    states: 367_244,
  },
  { ...all('lease-keys', ['NP=1', 'NW=1', 'KEY']), covers: '1 proxy, 1 deletion of its organization', states: 285_399 },
  {
    ...all('deletion', ['NP=1', 'NW=2', 'H=1', 'G=1', 'DELETE']),
    covers: '1 proxy, a replacement and a deletion',
    states: 367_896,
  },
  {
    ...all('two-writers', ['NP=1', 'NW=2', 'H=1', 'G=1', 'CALM']),
    covers: '1 proxy, 2 replacements, without faults',
    states: 419_957,
  },
  {
    ...all('two-proxies', ['NP=2', 'NW=1', 'H=1', 'G=1']),
    covers: '2 proxies, 1 writer',
    states: 2_230_596,
  },
]

/** With `FULL=1`: half an hour, and 8 GB of memory. */
export const LARGE: readonly WithAllRules[] = [
  {
    ...large('noise', ['NP=1', 'NW=2', 'H=1', 'G=1', 'NOISE']),
    covers: '1 proxy, 2 writers of two ids',
    states: 2_823_948,
  },
  { ...large('two-writers-large', ['NP=1', 'NW=2']), covers: '1 proxy, 2 replacements', states: 30_779_954 },
  {
    ...large('two-proxies-large', ['NP=2', 'NW=1']),
    search: 'compact',
    covers: '2 proxies, 1 writer',
    states: 35_000_000,
  },
  {
    ...large('two-of-each', ['NP=2', 'NW=2', 'H=1', 'G=1']),
    search: 'bitstate',
    covers: '2 proxies, 2 replacements: a search, no proof',
    states: 1_000_000,
  },
]

function all(name: string, defines: readonly string[]): Omit<WithAllRules, 'covers' | 'states'> {
  return { kind: 'with-all', name, defines, search: 'exhaustive', secondsMax: 120 }
}

function large(name: string, defines: readonly string[]): Omit<WithAllRules, 'covers' | 'states'> {
  return { ...all(name, defines), secondsMax: 1_800 }
}
