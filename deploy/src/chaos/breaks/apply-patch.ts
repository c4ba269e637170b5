import type { Patch } from './removed-rules.js'

/** @throws Error unless the text occurs exactly once: otherwise the rule would stay in force and the run would pass. */
export function applyPatch(text: string, { file, from, to }: Patch): string {
  const parts = text.split(from)
  if (parts.length !== 2) throw new Error(`${file} has not once, but ${parts.length - 1} times: ${from}`)
  return parts.join(to)
}
