import { NotJson, OutOfShape, readEntryText } from '@protectmyapi/protos/access-entry-text'
import { Fault } from '@protectmyapi/service-kit/faults'
import { isId } from '@protectmyapi/service-kit/ids'
import { ACCESS_STREAM } from '@protectmyapi/service-kit/redis/redis-keys'
import { type InboxEntry, toInboxEntry } from '../../directory/record/access-entry.js'
import { ACCESS_LOG_LIMITS } from '../access-log-limits.js'
import type { SetAside, SetAsideReason } from '../store/set-aside.js'
import type { StreamMessage } from './access-streams.js'

const { entriesPerMessageMax, entryCharsMax } = ACCESS_LOG_LIMITS.stream

/** A message of a stream, divided into what can be put into the log and what cannot. */
export interface ReadMessage {
  readonly message: StreamMessage
  readonly entries: readonly InboxEntry[]
  /** The entry's position in the message, from 1. */
  readonly positionOf: ReadonlyMap<InboxEntry, number>
  readonly setAside: readonly SetAside[]
}

class Refused extends Error {
  readonly reason: SetAsideReason
  constructor(reason: SetAsideReason, detail: string) {
    super(detail)
    this.reason = reason
  }
}

/**
 * Never throws because of what a message contains. Otherwise an attacker who can write to Redis could hold up the
 * messages beside it.
 */
export function readMessage(message: StreamMessage): ReadMessage {
  const positionOf = new Map<InboxEntry, number>()
  const aside: SetAside[] = []
  try {
    const { bootId, texts } = message.fields === null ? GONE : readFields(message.fields)
    texts.forEach((text, index) => {
      try {
        positionOf.set(readText(message.shard, bootId, text), index + 1)
      } catch (thrown) {
        aside.push(refusedOf(message, { position: index + 1, content: text }, thrown))
      }
    })
  } catch (thrown) {
    aside.push(wholeMessage(message, thrown))
  }
  return { message, entries: [...positionOf.keys()], positionOf, setAside: aside }
}

/** The message as it came, set aside. @throws what it is given, if that says nothing about the message. */
export function wholeMessage(message: StreamMessage, thrown: unknown): SetAside {
  return refusedOf(message, { position: 0, content: JSON.stringify(message.fields) }, thrown)
}

/** The message's content is no longer in Redis: there is nothing to store and nothing to look at. */
const GONE = { bootId: '', texts: [] }

/** For a message that is well-formed but cannot be stored. */
export const unstorable = (detail: string): Error => new Refused('unstorable', detail)

function refusedOf(
  { shard, id }: StreamMessage,
  what: Pick<SetAside, 'position' | 'content'>,
  thrown: unknown,
): SetAside {
  if (!(thrown instanceof Refused)) throw thrown
  return { reason: thrown.reason, detail: thrown.message, shard, message: id, ...what }
}

/** `boot` once and first, then `entry`, a line for each; any other field belongs to an unknown version. */
function readFields(fields: readonly string[]): { bootId: string; texts: readonly string[] } {
  const [first, bootId = '', ...rest] = fields
  if (first === ACCESS_STREAM.oversized)
    throw new Refused('oversized', `in the place of message ${bootId}, of ${rest[1] ?? 'unknown'} bytes`)
  const names = rest.filter((_, index) => index % 2 === 0)
  if (first !== ACCESS_STREAM.boot || names.some((name) => name !== ACCESS_STREAM.entry))
    throw new Refused('unknown-version', 'its fields are none that we know')
  if (!isId('boot', bootId)) throw new Refused('out-of-shape', 'its boot is no boot id')
  const texts = rest.filter((_, index) => index % 2 === 1).flatMap((lines) => lines.split('\n'))
  if (texts.length === 0) throw new Refused('out-of-shape', 'it holds no entry')
  if (texts.length > entriesPerMessageMax) throw new Refused('out-of-shape', 'it holds too many entries')
  return { bootId, texts }
}

function readText(shard: number, bootId: string, text: string): InboxEntry {
  if (text.length > entryCharsMax) throw new Refused('out-of-shape', 'it is too long')
  try {
    const entry = toInboxEntry(bootId, readEntryText(text))
    // A watermark is kept beside the stream of its shard, for the proxies that write to it.
    if (entry.shard !== shard) throw new OutOfShape('it is of another shard')
    return entry
  } catch (thrown) {
    if (thrown instanceof NotJson) throw new Refused('unreadable', thrown.message)
    if (!(thrown instanceof OutOfShape) && !(thrown instanceof Fault)) throw thrown
    throw new Refused('out-of-shape', thrown.message)
  }
}
