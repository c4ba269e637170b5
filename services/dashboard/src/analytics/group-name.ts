import { callerOf } from '../activity/caller-of.js'
import type { UsageGroup, User } from '../api/types.js'
import type { Grouping } from './analytics-search.js'

/** What a group is called. `note`: what else there is to it. */
export function groupName(
  { id, name }: Pick<UsageGroup, 'id' | 'name'>,
  by: Grouping,
  members: ReadonlyMap<string, Pick<User, 'email'>> | undefined,
): { readonly name: string; readonly note?: string } {
  if (id === '') return { name: UNNAMED[by] }
  if (by === 'version' && id === 'other') return { name: 'Further versions' }
  if (by !== 'app') return { name: name ?? id }
  const { person, ...caller } = callerOf({ id, name }, members)
  return person === undefined ? caller : { ...caller, note: person }
}

const UNNAMED: Readonly<Record<Grouping, string>> = {
  service: 'not known',
  app: 'not known',
  secret: 'none',
  platform: 'not told',
  version: 'not told',
}
