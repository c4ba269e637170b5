import { ANTHROPIC } from './anthropic.js'
import { ELEVENLABS } from './elevenlabs.js'
import { GEMINI } from './gemini.js'
import { OPENAI } from './openai.js'
import type { Preset } from './preset.js'
import { STABILITY } from './stability.js'
import { STRIPE } from './stripe.js'

export const PRESETS: readonly Preset[] = [OPENAI, ANTHROPIC, GEMINI, STRIPE, STABILITY, ELEVENLABS]

export function presetById(id: string): Preset | undefined {
  return PRESETS.find((preset) => preset.id === id)
}

/** The path patterns that a new service allows. Other paths are refused. */
export function pathsByDefault({ endpoints }: Preset): string[] {
  return endpoints.filter(({ byDefault }) => byDefault).flatMap(({ paths }) => paths)
}
