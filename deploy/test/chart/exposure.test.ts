import { describe, expect, it } from '@jest/globals'
import { type KubeObject, render } from './helm.js'

const named = (objects: readonly KubeObject[], kind: string, name: string): KubeObject | undefined =>
  objects.find((object) => object.kind === kind && object.metadata.name === `pma-protectmyapi-${name}`)

describe('an ingress', () => {
  it('of the proxy has buffering and retries turned off, and serves the proxy’s host and its wildcard', async () => {
    const ingress = named((await render('plain')).objects, 'Ingress', 'proxy')
    expect(ingress?.metadata.annotations).toEqual({
      'nginx.ingress.kubernetes.io/proxy-buffering': 'off',
      'nginx.ingress.kubernetes.io/proxy-request-buffering': 'off',
      'nginx.ingress.kubernetes.io/proxy-http-version': '1.1',
      'nginx.ingress.kubernetes.io/proxy-body-size': '0',
      'nginx.ingress.kubernetes.io/proxy-read-timeout': '3600',
      'nginx.ingress.kubernetes.io/proxy-send-timeout': '3600',
      'nginx.ingress.kubernetes.io/proxy-next-upstream': 'off',
    })
    const backend = { service: { name: 'pma-protectmyapi-proxy', port: { name: 'http' } } }
    const http = { paths: [{ path: '/', pathType: 'Prefix', backend }] }
    expect(ingress?.spec).toEqual({
      ingressClassName: 'nginx',
      tls: [{ secretName: 'proxy-example-com', hosts: ['proxy.example.com', '*.proxy.example.com'] }],
      rules: [
        { host: 'proxy.example.com', http },
        { host: '*.proxy.example.com', http },
      ],
    })
  })

  it('has an annotation of the operator instead of the preset’s', async () => {
    const annotations = { 'nginx.ingress.kubernetes.io/proxy-body-size': '8m' }
    const { objects } = await render('plain', { proxy: { ingress: { annotations } } })
    expect(named(objects, 'Ingress', 'proxy')?.metadata.annotations).toMatchObject(annotations)
  })

  it('on AWS has the policy for TLS 1.3 only', async () => {
    const { objects } = await render('aws')
    for (const name of ['proxy', 'management'])
      expect(named(objects, 'Ingress', name)?.metadata.annotations).toMatchObject({
        'alb.ingress.kubernetes.io/ssl-policy': 'ELBSecurityPolicy-TLS13-1-3-2021-06',
      })
  })
})

describe('a route of a gateway', () => {
  it('for the proxy has no timeout, each service’s has its own hosts alone, and no Ingress is left', async () => {
    const gateway = (name: string) => ({
      ingress: { enabled: false },
      gateway: { enabled: true, parentRefs: [{ name }] },
    })
    const { objects } = await render('plain', { management: gateway('private'), proxy: gateway('public') })
    expect(named(objects, 'HTTPRoute', 'proxy')?.spec).toEqual({
      parentRefs: [{ name: 'public' }],
      hostnames: ['proxy.example.com', '*.proxy.example.com'],
      rules: [
        {
          backendRefs: [{ name: 'pma-protectmyapi-proxy', port: 80 }],
          timeouts: { request: '0s', backendRequest: '0s' },
        },
      ],
    })
    expect(named(objects, 'HTTPRoute', 'management')?.spec).toMatchObject({ hostnames: ['keys.example.com'] })
    expect(objects.filter(({ kind }) => kind === 'Ingress')).toEqual([])
  })
})
