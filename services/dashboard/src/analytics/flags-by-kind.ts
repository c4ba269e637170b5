import type { UnusualPattern } from '../api/types.js'

export interface FlagsOfKind {
  readonly kind: UnusualPattern['kind']
  readonly advice: string
  readonly flags: readonly UnusualPattern[]
}

/** Patterns of one kind that ask for the same: a spike shows at the app, at the API service and at the secret. */
export function flagsByKind(unusual: readonly UnusualPattern[]): readonly FlagsOfKind[] {
  const found = new Map<string, FlagsOfKind>()
  for (const flag of unusual) {
    const { kind, advice } = flag
    const of = `${kind} ${advice}`
    found.set(of, { kind, advice, flags: [...(found.get(of)?.flags ?? []), flag] })
  }
  return [...found.values()]
}
