/** A part of a service whose tests are measured: each of its mutants should make a test fail. */
export interface Part {
  readonly name: string
  /** The folder with the sources and their tests. */
  readonly folder: string
  /** Only this file of the folder, without its extension, and the test of the same name. */
  readonly file?: string
  /**
   * Tests that are left out, because they start a whole proxy for each mutant and say less about where the fault is.
   */
  readonly leftOut?: readonly string[]
  /**
   * The lowest score in percent at which the run passes. It is raised with the tests, towards 90 everywhere, and never
   * lowered.
   */
  readonly scoreMin: number
}

export const PARTS: readonly Part[] = [
  { name: 'envelope', folder: 'services/vault/src/envelope', scoreMin: 96 },
  { name: 'grants', folder: 'services/vault/src/grants', scoreMin: 94 },
  { name: 'paths', folder: 'packages/service-kit/src/destinations', file: 'path-pattern', scoreMin: 96 },
  { name: 'inject', folder: 'services/proxy/src/inject', leftOut: ['credentials.test.ts'], scoreMin: 94 },
  { name: 'aim', folder: 'services/proxy/src/aim', scoreMin: 96 },
  { name: 'identify', folder: 'services/proxy/src/identify', scoreMin: 92 },
  { name: 'freshness', folder: 'services/proxy/src/freshness', scoreMin: 96 },
]

/** @throws Error for a name that no part has. */
export function chosenParts(names: readonly string[]): readonly Part[] {
  if (names.length === 0) return PARTS
  return names.map((name) => {
    const part = PARTS.find((candidate) => candidate.name === name)
    if (!part) throw new Error(`There is no part ${name}. There are: ${PARTS.map((one) => one.name).join(', ')}`)
    return part
  })
}
