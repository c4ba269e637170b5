import { compareCpu, noteOf } from '../measure/compare.js'
import { median } from '../measure/statistics.js'
import { buySession } from '../rig/provision.js'
import { needRedis } from '../rig/rig.js'
import { jsonPost } from '../rig/shots.js'
import { defineRow } from '../row.js'

/** The full path twice: with metrics and one request in a hundred traced, and with neither. */
export const telemetry = defineRow({
  name: 'telemetry',
  figures: {
    ratio: { what: 'full path: CPU time a request without telemetry / with it', unit: 'ratio', goal: { atLeast: 0.9 } },
  },
  async measure(rig) {
    needRedis(rig)
    const service = await rig.service('fixed')
    const telling = await rig.proxy('redis, telling')
    const silent = await rig.proxy('redis')
    const compared = await compareCpu(
      rig,
      { pid: telling.pid, shot: jsonPost(telling.port, service, await buySession(telling.port, rig.app)) },
      { pid: silent.pid, shot: jsonPost(silent.port, service, await buySession(silent.port, rig.app)) },
    )
    return { ratio: { value: median(compared.ratios), note: noteOf(compared) } }
  },
})
