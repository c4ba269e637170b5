import net from 'node:net'

/** The address of a Redis without TLS. */
export interface RedisAddress {
  readonly host: string
  readonly port: number
  readonly password?: string
}

const LIMITS = {
  /** A server that is starting or frozen accepts the connection and does not answer. */
  answerMs: 2_000,
} as const

/**
 * Sends one command on a connection of its own, for starting and checking servers: a client library would reconnect and
 * hide problems. Returns strings and numbers as text; lists are not supported.
 *
 * @throws Error with Redis's message if it refuses; Error if no answer arrives.
 */
export function askRedis({ host, port, password }: RedisAddress, ...command: readonly string[]): Promise<string> {
  const commands = [...(password === undefined ? [] : [['AUTH', password]]), command]
  return new Promise((resolve, reject) => {
    const socket = net.connect({ host, port })
    let heard = Buffer.alloc(0)
    const end = (settle: () => void): void => {
      socket.destroy()
      settle()
    }
    socket.setTimeout(LIMITS.answerMs, () => end(() => reject(new Error(`Redis on port ${port} does not answer`))))
    socket.on('error', reject)
    socket.on('close', () => reject(new Error(`Redis on port ${port} closed the connection`)))
    socket.on('data', (bytes) => {
      heard = Buffer.concat([heard, bytes])
      const replies = readReplies(heard)
      const refused = replies.find(({ isError }) => isError)
      if (refused !== undefined) return end(() => reject(new Error(refused.text)))
      const last = replies[commands.length - 1]
      if (last !== undefined) end(() => resolve(last.text))
    })
    socket.write(commands.map(encode).join(''))
  })
}

function encode(words: readonly string[]): string {
  return `*${words.length}\r\n${words.map((word) => `$${Buffer.byteLength(word)}\r\n${word}\r\n`).join('')}`
}

interface Reply {
  readonly text: string
  readonly isError: boolean
}

/** Replies that have arrived completely. */
function readReplies(bytes: Buffer): Reply[] {
  const replies: Reply[] = []
  for (let at = 0; ; ) {
    const lineEnd = bytes.indexOf('\r\n', at)
    if (lineEnd === -1) return replies
    const kind = bytes.toString('latin1', at, at + 1)
    const line = bytes.toString('utf8', at + 1, lineEnd)
    const length = kind === '$' ? Number(line) : -1
    at = lineEnd + 2
    if (length < 0) {
      // Length -1 means that there is no string.
      replies.push({ text: kind === '$' ? '' : line, isError: kind === '-' })
      continue
    }
    if (bytes.length < at + length + 2) return replies
    replies.push({ text: bytes.toString('utf8', at, at + length), isError: false })
    at += length + 2
  }
}
