import { readFileSync } from 'node:fs'
import { skewedDate } from './skew-clock.js'

// Loaded by `--import` before a proxy's own code, which has no setting for its clock. The file holds the offset in
// milliseconds.
const file = process.env.PMA_CHAOS_SKEW_FILE ?? ''
let skewMs = 0

setInterval(() => {
  try {
    skewMs = Number(readFileSync(file, 'utf8')) || 0
  } catch {
    // The file is being written.
  }
}, 50).unref()

globalThis.Date = skewedDate(Date, () => skewMs)
