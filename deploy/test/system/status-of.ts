/** The HTTP status of an SDK's error, wherever that SDK keeps it. */
export function statusOf(thrown: unknown): number | undefined {
  if (typeof thrown !== 'object' || thrown === null) return undefined
  for (const name of ['status', 'statusCode'] as const) {
    const value: unknown = Reflect.get(thrown, name)
    if (typeof value === 'number') return value
  }
  return undefined
}
