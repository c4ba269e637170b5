import { describe, expect, it } from '@jest/globals'
import { ConfigError } from '@protectmyapi/service-kit/program/config'
import { describeEnvironment, loadConfig } from './config.js'

const ENV = {
  PMA_TLS_CERT_FILE: '/c',
  PMA_TLS_KEY_FILE: '/k',
  PMA_TLS_CA_FILE: '/ca',
  PMA_DIRECTORY_ADDRESS: 'management:8071',
  PMA_VAULT_ADDRESS: 'vault:8060',
}
const files = (path: string): string => {
  if (path === '/upstream.pem') return '-----BEGIN CERTIFICATE-----\n'
  if (path === '/empty.pem') return ''
  throw new Error(`ENOENT ${path}`)
}
const load = (more: Record<string, string> = {}) => loadConfig({ ...ENV, ...more }, files)

describe('the proxy’s environment', () => {
  it('needs certificate files and the addresses of management and vault, and has defaults for the rest', () => {
    expect(load()).toMatchObject({
      host: '0.0.0.0',
      port: 8080,
      certificate: null,
      hostSuffix: null,
      upstreamCaPem: null,
      drainMs: 25_000,
      directory: { address: 'management:8071', serverId: 'spiffe://protectmyapi.local/ns/protectmyapi/sa/management' },
      vault: { address: 'vault:8060', serverId: 'spiffe://protectmyapi.local/ns/protectmyapi/sa/vault' },
    })
    expect(load().privateUpstreams.size).toBe(0)
  })

  it('exempts the private upstreams that it lists, but never a metadata service', () => {
    expect([
      ...load({ PMA_MODE: 'development', PMA_ALLOW_PRIVATE_UPSTREAMS: '127.0.0.1:9000, 169.254.169.254' })
        .privateUpstreams,
    ]).toEqual(['127.0.0.1:9000'])
  })

  it.each([
    ['PMA_VAULT_ADDRESS', 'tcp://10.0.0.1:8060'],
    ['PMA_PROXY_PORT', '99999'],
    ['PMA_DIRECTORY_ADDRESS', 'management:65536'],
    ['PMA_PROXY_TLS_CERT_FILE', '/only-one'],
    ['PMA_UPSTREAM_CA_FILE', '/missing.pem'],
    ['PMA_UPSTREAM_CA_FILE', '/empty.pem'],
    ['PMA_TRUSTED_PROXIES', 'everybody'],
    ['PMA_PROXY_HOST_SUFFIX', 'https://x'],
    ['PMA_MODE', 'test'],
    ['PMA_DRAIN_MS', '-1'],
  ])('is refused with %s=%s, and the error names the variable', (name, value) => {
    expect(() => load({ [name]: value })).toThrow(ConfigError)
    expect(() => load({ [name]: value })).toThrow(name)
  })

  it('is refused with one error that names every problem with files and with combinations of variables', () => {
    const given = {
      PMA_PROXY_TLS_CERT_FILE: '/only-one',
      PMA_ALLOW_PRIVATE_UPSTREAMS: '127.0.0.1',
      PMA_UPSTREAM_CA_FILE: '/missing.pem',
      PMA_TRUSTED_PROXIES: 'everybody',
    }
    expect(() => load(given)).toThrow(
      [
        'The environment cannot be used:',
        '  PMA_PROXY_TLS_CERT_FILE and PMA_PROXY_TLS_KEY_FILE must be set together',
        '  PMA_ALLOW_PRIVATE_UPSTREAMS: it is only allowed with PMA_MODE=development',
        '  PMA_UPSTREAM_CA_FILE: cannot read /missing.pem: ENOENT /missing.pem',
        '  PMA_TRUSTED_PROXIES: give CIDR ranges, such as 10.0.0.0/8, separated by commas',
      ].join('\n'),
    )
  })

  it('is described for --help with its required variables and with optional ones', () => {
    for (const name of [...Object.keys(ENV), 'PMA_DRAIN_MS', 'PMA_UPSTREAM_CA_FILE'])
      expect(describeEnvironment()).toContain(name)
  })
})
