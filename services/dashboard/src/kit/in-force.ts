interface InForce {
  readonly by: 'applied' | 'horizon' | 'nobody'
  readonly waitedMs: number
}

/** What a change's answer promises. `old`: what no request uses any more, such as "the old value". */
export function inForceWords({ by, waitedMs }: InForce, old: string): string {
  switch (by) {
    case 'applied':
      return `Every proxy has confirmed, after ${Math.round(waitedMs)} ms, that no request uses ${old} any more.`
    case 'horizon':
      return `A proxy could not be reached. After ${Math.round(waitedMs / 1000)} s it may use nothing old any more: no request uses ${old}.`
    case 'nobody':
      return `No proxy is running, so no request uses ${old}.`
  }
}

/**
 * The same for a value that internal services may lease: they follow no feed, and hold what they have for a minute.
 * `until`: as the API answers it, null where there are none. `wordsOf`: a moment, as the page shows it.
 */
export function valueGoneWords(
  inForce: InForce,
  old: string,
  until: string | null,
  wordsOf: (moment: string) => string,
): string {
  const proxies = inForceWords(inForce, old)
  if (until === null) return proxies
  return `${proxies} Internal services may hold ${old} until ${wordsOf(until)}: revoke it at the provider after that.`
}
