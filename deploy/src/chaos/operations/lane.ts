import { fact } from '../history/facts.js'

/** What a client sends with a request, and the facts that it rests on. */
export interface Credential {
  readonly token: string
  /** Of the service that it is sent to. */
  readonly slug: string
  readonly rests: readonly string[]
}

/** What buys sessions. */
export interface DebugToken {
  readonly id: string
  readonly token: string
}

export interface HeldSession extends Credential {
  readonly id: string
  readonly device: string
  readonly debugToken: string
}

/** One secret, the service that injects it, an app, and its devices: changed by one operation at a time. */
export interface Lane {
  readonly name: string
  /** As management's paths begin: `/orgs/{id}`. */
  org: string
  orgId: string
  slug: string
  /** Of all names in this lane that were ever given: none is given twice. */
  names: number
  secretId: string
  secretName: string
  /** Facts of values that may be in force; those before the last stand there as long as no change is known to be. */
  value: string
  serviceId: string
  appId: string
  /** Of the link between them; empty where it is not known. */
  linkId: string
  appToken: Credential
  debugTokens: DebugToken[]
  sessions: HeldSession[]
  /** What was taken away: clients go on trying, and must be refused. The last few. */
  ghosts: Credential[]
}

const LIMITS = {
  /** Few, so that each is tried often. */
  ghostsMax: 4,
} as const

/** Facts of everything that a request of this lane's app rests on. */
export function laneFacts({ orgId, appId, serviceId }: Pick<Lane, 'orgId' | 'appId' | 'serviceId'>): string[] {
  return [
    fact('org', orgId),
    fact('app', appId),
    fact('service', serviceId),
    fact('paths', serviceId),
    fact('link', `${appId}/${serviceId}`),
  ]
}

export function haunt(lane: Lane, gone: readonly Credential[]): void {
  lane.ghosts.push(...gone)
  lane.ghosts.splice(0, lane.ghosts.length - LIMITS.ghostsMax)
}

/** Takes sessions away from clients that ask honestly; ghosts go on. */
export function dropSessions(lane: Lane, isGone: (session: HeldSession) => boolean): void {
  haunt(lane, lane.sessions.filter(isGone))
  lane.sessions = lane.sessions.filter((session) => !isGone(session))
}
