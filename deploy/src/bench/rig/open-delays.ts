import { checked, type OpenJob, type Shot } from '../load/jobs.js'
import type { Rig } from './rig.js'

/** Milliseconds for the last answers to come, the provider's thinking time included. */
const GRACE_MS = 20_000

export type Pace = Pick<OpenJob, 'perSecond' | 'requests' | 'connections'>

/**
 * Sends requests at fixed times and answers how long each waited, in milliseconds. @throws Error where one is not 200.
 */
export async function openDelays(rig: Rig, shot: Shot, pace: Pace): Promise<readonly number[]> {
  const withinMs = (pace.requests / pace.perSecond) * 1_000 + GRACE_MS
  return checked(await rig.load({ kind: 'open', shot, ...pace }, withinMs)).delaysMs
}
