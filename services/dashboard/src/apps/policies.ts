import type { App } from '../api/types.js'

export type Policy = App['policy']

interface PolicyWords {
  readonly label: string
  /** What the proxy does. */
  readonly means: string
  /** What follows from it for whoever chooses it. */
  readonly consequence: string
}

/** What an app token is enough for. */
export const POLICIES = {
  enforce: {
    label: 'Enforce',
    means: 'The app needs a session. Its app token alone is refused.',
    consequence:
      'Copies of the app buy sessions by attestation, which is set up on the app’s page. Until it is, only debug tokens buy sessions, and the app works in development only.',
  },
  audit: {
    label: 'Audit',
    means: 'The app token is enough. Requests without a session are counted as unattested.',
    consequence:
      'Whoever takes the app token out of the app can call the API services that are linked to it. Set limits and quotas in its settings.',
  },
  off: {
    label: 'Off',
    means: 'The app token is enough. Nothing is counted as unattested.',
    consequence:
      'Whoever takes the app token out of the app can call the API services that are linked to it. Set limits and quotas in its settings.',
  },
} as const satisfies Record<Policy, PolicyWords>
