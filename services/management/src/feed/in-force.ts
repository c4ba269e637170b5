/** How a change came into force: every proxy applied it, the last horizon passed, or no proxy was registered. */
export interface InForce {
  readonly by: 'applied' | 'horizon' | 'nobody'
  readonly waitedMs: number
}
