import { describe, expect, it } from '@jest/globals'
import { MovableState } from './local-state.js'

const app = {
  id: 'app_1',
  token: 'pma_app_a-_',
  debugToken: 'pma_dbg_b',
  debugTokenExpiresAt: '2026-01-31T03:00:00.000Z',
}
const state = { providerPort: 8090, organization: 'org_1', demo: { organization: 'org_1', app, service: 'demo' } }

describe('a launcher’s state in a backup', () => {
  it('is accepted as it was written', () => {
    expect(MovableState.parse(state)).toEqual(state)
  })

  it.each([
    ['an organization', { ...state, organization: 'org_1;run' }],
    ['a service', { ...state, demo: { ...state.demo, service: '$(run)' } }],
    ['a token', { ...state, demo: { ...state.demo, app: { ...app, token: 'pma_app_`run`' } } }],
    ['an id', { ...state, demo: { ...state.demo, app: { ...app, id: '\u001b[2J' } } }],
  ])('is refused when %s in it contains characters that a shell or a terminal obeys', (_what, brought) => {
    expect(MovableState.safeParse(brought).success).toBe(false)
  })
})
