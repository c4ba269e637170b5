import { z } from 'zod'
import { ROLES, type Role } from '../access/roles.js'
import { Timestamp } from '../http/fields.js'
import { UserView } from '../people/users.js'

export const MemberView = z.object({ user: UserView, role: z.enum(ROLES), createdAt: Timestamp }).meta({ id: 'Member' })

export interface MemberRecord {
  readonly id: string
  readonly email: string
  readonly name: string
  readonly role: Role
  readonly created_at: Date
}

export function presentMember({ id, email, name, role, created_at }: MemberRecord): z.input<typeof MemberView> {
  return { user: { id, email, name }, role, createdAt: created_at.toISOString() }
}
