import { expect, it } from '@jest/globals'
import { furnish } from './furnish.js'
import type { Operate } from './operate.js'
import { operateUntil } from './test/operate-until.js'

const operating = (last: string): Operate => operateUntil(last, { id: 'id_1', token: 'token_1' })

const furnished = (operate: Operate) =>
  furnish({ operate, name: 'red', organizationId: 'org_1', origin: 'http://x', management: 0, number: 1 })

it('furnishing makes no lane when the time ends before its app and service are linked', async () => {
  expect(await furnished(operating('create app'))).toBeUndefined()
  expect(await furnished(operating('link'))).toMatchObject({ linkId: 'id_1' })
})
