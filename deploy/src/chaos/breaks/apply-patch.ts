import type { Patch } from './removed-rules.js'

/** @throws Error where the text does not stand there exactly once: the rule would still be kept, and the rig green. */
export function applyPatch(text: string, { file, from, to }: Patch): string {
  const parts = text.split(from)
  if (parts.length !== 2) throw new Error(`${file} has not once, but ${parts.length - 1} times: ${from}`)
  return parts.join(to)
}
