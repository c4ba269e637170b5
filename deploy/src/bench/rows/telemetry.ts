import { compareCpu, noteOf } from '../measure/compare.js'
import { median } from '../measure/statistics.js'
import { buySession } from '../rig/provision.js'
import { jsonPost } from '../rig/shots.js'
import { notRun, type Row } from '../row.js'

/** The full path twice: with metrics, and one request of a hundred traced; and with neither. */
export const telemetry: Row = {
  name: 'telemetry',
  async measure(rig) {
    const goal = { atLeast: 0.9 }
    const line = { what: 'full path: CPU time a request without telemetry / with it', unit: 'ratio', goal }
    if (!rig.hasRedis) return [notRun(line, 'no Redis')]
    const service = await rig.service('fixed')
    const telling = await rig.proxy('redis, telling')
    const silent = await rig.proxy('redis')
    const compared = await compareCpu(
      rig,
      { pid: telling.pid, shot: jsonPost(telling.port, service, await buySession(telling.port, rig.app)) },
      { pid: silent.pid, shot: jsonPost(silent.port, service, await buySession(silent.port, rig.app)) },
    )
    return [{ ...line, value: median(compared.ratios), note: noteOf(compared) }]
  },
}
