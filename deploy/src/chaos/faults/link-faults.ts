import { setTimeout as sleep } from 'node:timers/promises'
import type { TcpSwitch } from '../switch/tcp-switch.js'
import { type Fault, nothingToMend } from './fault.js'

const LIMITS = {
  /** Long enough that a later request overtakes an earlier one. */
  slowMsMax: 400,
  /** Time for every proxy to open its Sync stream to the only management that it is routed to. */
  gatherMs: 1_000,
} as const

type Named = (name: string) => Fault

/** Closes the connections and refuses new ones, for a time that may be shorter or longer than the horizon. */
export const cutLink: Named = (target) => linkFault('cut', target, { from: 1_000, to: 5_000 }, (link) => link.cut())

/** Passes no bytes on any more, and closes nothing. */
export const silentLink: Named = (target) =>
  linkFault('silent', target, { from: 1_000, to: 5_000 }, (link) => link.pause())

export const slowLink: Named = (target) =>
  linkFault('slow', target, { from: 3_000, to: 5_000 }, (link) => link.slow(LIMITS.slowMsMax))

export const droppedConnections: Named = (target) => ({
  kind: 'dropped',
  target,
  holdMs: { from: 100, to: 300 },
  begin({ links }) {
    named(links.all, target).drop()
    return Promise.resolve(nothingToMend)
  },
})

/**
 * Cuts a management off from its database while every proxy has its Sync stream there. No proxy hears of what the other
 * management commits, until each has noticed that the one it asks learns nothing new.
 */
export function blindManagement(number: number, spoiled: Named): Fault {
  const { begin, ...fault } = spoiled(`management-${number}→postgres`)
  return {
    ...fault,
    async begin(system) {
      const { links, ports } = system
      for (const { directory } of links.proxies) {
        directory.route(ports.directory.slice(number - 1, number))
        directory.drop()
      }
      await sleep(LIMITS.gatherMs)
      for (const { directory } of links.proxies) directory.route(ports.directory)
      return begin(system)
    },
  }
}

function linkFault(kind: string, target: string, holdMs: Fault['holdMs'], spoil: (link: TcpSwitch) => void): Fault {
  return {
    kind,
    target,
    holdMs,
    begin({ links }) {
      const link = named(links.all, target)
      spoil(link)
      return Promise.resolve(() => {
        link.mend()
        return Promise.resolve()
      })
    },
  }
}

function named(links: readonly TcpSwitch[], name: string): TcpSwitch {
  const link = links.find((one) => one.name === name)
  if (link === undefined) throw new Error(`there is no link ${name}`)
  return link
}
