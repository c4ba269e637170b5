/** The tabs of an app's page, as they stand in its address. */
export const APP_TABS = {
  settings: 'Settings',
  services: 'API services',
  attestation: 'Attestation',
  'debug-tokens': 'Debug tokens',
  devices: 'Devices',
  sessions: 'Sessions',
} as const

export type AppTab = keyof typeof APP_TABS

export function isAppTab(value: unknown): value is AppTab {
  return typeof value === 'string' && Object.hasOwn(APP_TABS, value)
}
