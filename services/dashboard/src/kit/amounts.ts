const UNITS = ['bytes', 'kB', 'MB', 'GB', 'TB'] as const

/** `1,234`. */
export const countWords = (count: number): string => count.toLocaleString('en')

/** `1.2 kB`, by thousands. */
export function bytesWords(bytes: number): string {
  let amount = bytes
  let unit = 0
  // 999.95 would be written as 1,000.0.
  while (amount >= 999.95 && unit < UNITS.length - 1) {
    amount /= 1000
    unit += 1
  }
  return `${amount.toLocaleString('en', { maximumFractionDigits: 1 })} ${UNITS[unit]}`
}

/** A time as the API tells it; null where there is none. */
export const msWords = (ms: number | null): string => (ms === null ? '–' : `${countWords(ms)} ms`)

/** `12.5 %`. Neither a little nor nearly all is rounded away. */
export function shareWords(part: number, whole: number): string {
  if (whole === 0) return '–'
  const percent = (100 * part) / whole
  if (percent > 0 && percent < 0.1) return '< 0.1 %'
  if (percent > 99.9 && percent < 100) return '> 99.9 %'
  return `${percent.toLocaleString('en', { maximumFractionDigits: 1 })} %`
}
