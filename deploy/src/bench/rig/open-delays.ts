import { checked, type OpenJob, type Shot } from '../load/jobs.js'
import type { Rig } from './rig.js'

/** For the last answers to come, in milliseconds: a provider's thinking with them. */
const GRACE_MS = 20_000

export type Pace = Pick<OpenJob, 'perSecond' | 'requests' | 'connections'>

/** How long each of some requests at fixed times waits for its answer, in milliseconds. @throws Error where one is not 200. */
export async function openDelays(rig: Rig, shot: Shot, pace: Pace): Promise<readonly number[]> {
  const withinMs = (pace.requests / pace.perSecond) * 1_000 + GRACE_MS
  return checked(await rig.load({ kind: 'open', shot, ...pace }, withinMs)).delaysMs
}
