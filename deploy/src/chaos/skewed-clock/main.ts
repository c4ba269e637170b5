import { readFileSync } from 'node:fs'
import { skewedDate } from './skew-clock.js'

// Loaded by `--import` before a proxy's own code: that has no seam for it. The file says by how many milliseconds.
const file = process.env.PMA_CHAOS_SKEW_FILE ?? ''
let skewMs = 0

setInterval(() => {
  try {
    skewMs = Number(readFileSync(file, 'utf8')) || 0
  } catch {
    // It is being written.
  }
}, 50).unref()

globalThis.Date = skewedDate(Date, () => skewMs)
