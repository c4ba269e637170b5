import { randomBytes } from 'node:crypto'

/** Makes secret values that are searched for afterwards. */
export interface Planter {
  /** Contains characters that URL-encoding changes, and is valid in a header. */
  plant(prefix: string): string
  readonly planted: readonly string[]
}

export function createPlanter(): Planter {
  const planted: string[] = []
  return {
    planted,
    plant(prefix) {
      const value = `${prefix}${randomBytes(18).toString('base64url')}/+=${randomBytes(6).toString('hex')}`
      planted.push(value)
      return value
    },
  }
}
