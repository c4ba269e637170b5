import { fact } from '../history/facts.js'

/** What a client sends with a request, and the facts that it rests on. */
export interface Credential {
  readonly token: string
  /** The slug of the service that it is sent to. */
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

/** One secret, the service that injects it, an app, and its devices. One operation at a time changes a lane. */
export interface Lane {
  readonly name: string
  /** Prefix of management's paths: `/orgs/{id}`. */
  org: string
  orgId: string
  slug: string
  /** The number of names given in this lane so far, so that no name is given twice. */
  names: number
  secretId: string
  secretName: string
  /**
   * The fact of the value in force. While the outcome of a replacement is unknown, it remains the last value known to
   * have been.
   */
  value: string
  serviceId: string
  appId: string
  /** The id of the link between app and service; empty where it is not known. */
  linkId: string
  appToken: Credential
  debugTokens: DebugToken[]
  sessions: HeldSession[]
  /** The last few credentials that were taken away. Clients go on trying them, and must be refused. */
  ghosts: Credential[]
}

const LIMITS = {
  /** Few, so that each is tried often. */
  ghostsMax: 4,
} as const

/** The facts that every request of this lane's app rests on. */
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

/** Takes sessions away from the clients. Ghosts keep theirs. */
export function dropSessions(lane: Lane, isGone: (session: HeldSession) => boolean): void {
  haunt(lane, lane.sessions.filter(isGone))
  lane.sessions = lane.sessions.filter((session) => !isGone(session))
}
