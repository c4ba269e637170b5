import { expect, it } from '@jest/globals'
import { DELETE_SERVICE } from './delete-service.js'
import type { Lane } from './lane.js'
import type { Operate } from './operate.js'
import { operateUntil } from './test/operate-until.js'

const laneOf = (): Lane => ({
  ...{ name: 'red', org: '/orgs/org_1', orgId: 'org_1', slug: 'red-1', names: 1, secretId: 'sec_1', secretName: 'RED' },
  ...{ value: 'v', serviceId: 'svc_1', appId: 'app_1', linkId: 'lnk_1', debugTokens: [], sessions: [], ghosts: [] },
  appToken: { token: 't', slug: 'red-1', rests: ['service:svc_1'] },
})

const operating = (last: string): Operate => operateUntil(last, { id: 'svc_2' })

const deleteService = (operate: Operate, lane: Lane): Promise<void> =>
  DELETE_SERVICE.run({ operate, origin: 'http://x', pause: async () => {} }, lane, {
    management: 0,
    which: 0,
    awayMs: 0,
  })

it.each([
  ['create service', 'svc_1'],
  ['link', 'svc_2'],
])(
  'deleting a service until the time ends with “%s” leaves clients asking for %s, which is linked',
  async (last, serviceId) => {
    const lane = laneOf()
    await deleteService(operating(last), lane)
    expect([lane.serviceId, lane.appToken.rests.includes(`service:${serviceId}`)]).toEqual([serviceId, true])
  },
)
