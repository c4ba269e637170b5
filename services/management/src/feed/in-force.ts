/** How a change came into force: every proxy applied it, or the horizon of the last one passed, or nobody was there. */
export interface InForce {
  readonly by: 'applied' | 'horizon' | 'nobody'
  readonly waitedMs: number
}
