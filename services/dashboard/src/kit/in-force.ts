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
