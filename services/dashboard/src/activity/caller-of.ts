import type { AccessEntry, User } from '../api/types.js'

interface Caller {
  /** Of an app that is deleted by now, its id. */
  readonly name: string
  /** Who made a test call: their e-mail address, or the id of a former member. */
  readonly person?: string
}

/** Who sent a request: an app, or a person who made a test call and stands in the app's place. */
export function callerOf(
  { id, name }: Pick<AccessEntry['app'], 'id' | 'name'>,
  members: ReadonlyMap<string, Pick<User, 'email'>> | undefined,
): Caller {
  if (id.startsWith('usr_')) return { name: 'Test call', person: members?.get(id)?.email ?? id }
  return { name: name ?? id }
}
