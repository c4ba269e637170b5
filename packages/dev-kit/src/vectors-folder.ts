import { existsSync } from 'node:fs'
import { fileURLToPath } from 'node:url'

/** Test data that was not written for this project, by default beside the project's root. Never copied into it. */
export const VECTORS = process.env.VECTORS_DIR ?? fileURLToPath(new URL('../../../../shared/vectors', import.meta.url))

/** The message for a run without vectors; undefined if they are there. */
export function missingVectors(): string | undefined {
  if (existsSync(VECTORS)) return undefined
  return `Vectors and recordings of others: what reads them was not run: there is no ${VECTORS}. CONTRIBUTING.md says which they are; name their folder by VECTORS_DIR.`
}
