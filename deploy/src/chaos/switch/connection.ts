import type net from 'node:net'
import { createDelayedLine } from './delayed-line.js'

const LIMITS = {
  /** Chunks under way in one direction. At this number the sender is no longer read. */
  waitingMax: 256,
} as const

/** Two joined sockets, and what the switch does to the bytes between them. */
export interface Connection {
  /** While paused, bytes are not read. */
  setPaused(paused: boolean): void
  /** Delays everything that arrives from now on, in both directions. */
  setDelay(delayMs: number): void
  /** Closes both ends at once. */
  cut(): void
}

/** @param ended called once, when both sides are gone. */
export function joinSockets(client: net.Socket, server: net.Socket, ended: () => void): Connection {
  let delayMs = 0
  let paused = false
  const ends = [carry(client, server), carry(server, client)]
  let open = 2
  for (const socket of [client, server]) {
    // A reset is handled like any other end, because `close` follows.
    socket.on('error', () => undefined)
    socket.once('close', () => {
      open -= 1
      if (open === 0) ended()
    })
  }

  function carry(from: net.Socket, to: net.Socket): () => void {
    const line = createDelayedLine()
    const follow = (): void => {
      if (!paused && line.waiting < LIMITS.waitingMax) from.resume()
    }
    from.on('data', (chunk) => {
      line.push(() => {
        if (!to.destroyed && !to.write(chunk)) from.pause()
        else follow()
      }, delayMs)
      if (line.waiting >= LIMITS.waitingMax) from.pause()
    })
    to.on('drain', follow)
    from.on('end', () => line.push(() => to.end(), delayMs))
    from.on('close', (hadError) => {
      if (hadError) to.destroy()
      else line.push(() => to.destroySoon(), delayMs)
    })
    return () => line.clear()
  }

  return {
    setPaused(wanted) {
      paused = wanted
      for (const socket of [client, server]) {
        if (paused) socket.pause()
        else socket.resume()
      }
    },
    setDelay(wanted) {
      delayMs = wanted
    },
    cut() {
      for (const clear of ends) clear()
      client.destroy()
      server.destroy()
    },
  }
}
