import { describe, expect, it } from '@jest/globals'
import { routeFromWire } from '../routes/route-from-wire.js'
import { routeResponse } from '../test/route-response.js'
import { accessSubject } from './access-subject.js'
import type { AccessRequest } from './admission.js'

const REQUEST: AccessRequest = {
  requestId: 'req_1',
  route: { ...routeFromWire(routeResponse()), notAfter: 0, deviceId: 'dvc_1', sessionId: 'ses_1' },
  method: 'POST',
  path: '/v1/chat',
  sourceAddress: '198.51.100.7',
  appVersion: '1.2.3',
}

describe('the subject of an entry', () => {
  it('names app, service, device, session and request, and the versions of the secrets without their values', () => {
    expect(accessSubject(REQUEST)).toEqual({
      appId: 'app_1',
      serviceId: 'svc_1',
      deviceId: 'dvc_1',
      sessionId: 'ses_1',
      secrets: [{ secretId: 'sec_1', versionId: 'ver_1', generation: 1, name: 'EXAMPLE_API_KEY' }],
      method: 'POST',
      path: '/v1/chat',
      sourceAddress: '198.51.100.7',
      platform: 'ios',
      appVersion: '1.2.3',
      unattested: false,
    })
  })

  it('holds the path of the request without its query', () => {
    expect(accessSubject({ ...REQUEST, path: '/v1?key=sk-1' }).path).toBe('/v1')
  })

  it('cuts a long method, address, app version and path to their bounds, the path between two characters', () => {
    const long = 'x'.repeat(999)
    const given = { method: long, sourceAddress: long, appVersion: long, path: `/${'é'.repeat(600)}` }
    const { path = '', appVersion, method, sourceAddress } = accessSubject({ ...REQUEST, ...given })
    expect(Buffer.byteLength(path)).toBe(511)
    expect(path.endsWith('é')).toBe(true)
    expect([appVersion, method, sourceAddress]).toEqual(['x'.repeat(64), 'x'.repeat(32), 'x'.repeat(64)])
  })

  it('has U+FFFD in place of control characters and lone surrogates, which the record cannot store', () => {
    expect(accessSubject({ ...REQUEST, path: '/a\u0000b\ud800', appVersion: '1\n2' })).toMatchObject({
      path: '/a�b�',
      appVersion: '1�2',
    })
  })
})
