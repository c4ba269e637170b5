import { setTimeout as sleep } from 'node:timers/promises'
import type { TcpSwitch } from '../switch/tcp-switch.js'
import { type Fault, nothingToMend } from './fault.js'

const LIMITS = {
  /** Enough that what is on its way is overtaken by what is asked for later. */
  slowMsMax: 400,
  /** For every proxy to have its Sync stream at the one management that there seems to be. */
  gatherMs: 1_000,
} as const

type Named = (name: string) => Fault

/** Ends its connections, and refuses others, for longer than the horizon or not. */
export const cutLink: Named = (target) => linkFault('cut', target, { from: 1_000, to: 5_000 }, (link) => link.cut())

/** Says nothing any more, and ends nothing. */
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
 * A management away from its database, and every proxy hangs on that one when it begins: what the other one commits then,
 * none of them hears of, until it has noticed that the one it asks knows nothing new.
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
