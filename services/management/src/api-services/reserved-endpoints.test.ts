import { describe, expect, it } from '@jest/globals'
import { openReserved, reservedWarning } from './reserved-endpoints.js'

const OPENAI = 'https://api.openai.com'
const service = (over: Partial<Parameters<typeof openReserved>[0]>) => ({
  preset: null,
  baseUrl: OPENAI,
  methods: [],
  paths: [],
  ...over,
})
const open = (over: Parameters<typeof service>[0]): string[] =>
  openReserved(service(over)).map(({ method, path }) => `${method} ${path}`)

describe('the reserved endpoints of a provider that a service opens', () => {
  it('are found by the base URL when no preset is named, and are open when no paths are set', () => {
    expect(open({})).toContain('POST /v1/realtime/client_secrets')
    expect(open({ paths: ['/v1/chat/completions'] })).toEqual([])
    expect(open({ baseUrl: 'https://api.example.com' })).toEqual([])
  })

  it('are found by the preset when the base URL is another host', () => {
    const elsewhere = { preset: 'elevenlabs', baseUrl: 'https://gateway.example.com', paths: ['/v1/user'] }
    expect(open(elsewhere)).toEqual(['GET /v1/user'])
  })

  it('are those that the path patterns match below the base path', () => {
    const below = { baseUrl: `${OPENAI}/v1/` }
    expect(open({ ...below, paths: ['/realtime/client_secrets'] })).toEqual(['POST /v1/realtime/client_secrets'])
    expect(open({ ...below, paths: ['/v1/realtime/client_secrets'] })).toEqual([])
    expect(open({ baseUrl: `${OPENAI}/v2` })).toEqual([])
  })

  it('are only those whose method the service allows', () => {
    const member = { preset: 'anthropic', paths: ['/v1/organizations/users/*'] }
    expect(open({ ...member, methods: ['GET'] })).toEqual([])
    expect(open({ ...member, methods: ['GET', 'DELETE'] })).toEqual(['DELETE /v1/organizations/users/{user}'])
  })

  it('are named in the warning: the first three, and how many more there are', () => {
    const told = reservedWarning(service({ preset: 'anthropic' }))
    expect(told?.match(/POST/g)).toHaveLength(3)
    expect(told).toContain('and 12 more.')
    const paths = ['/v1/tunnels/*/reveal_token']
    expect(reservedWarning(service({ preset: 'anthropic', paths }))).toMatch(
      /reveal_token \(a tunnel’s token\)\. No limit/,
    )
    expect(reservedWarning(service({ paths: ['/v1/responses'] }))).toBeUndefined()
  })
})
