import { Badge, Button, Group, Text } from '@mantine/core'
import { useInfiniteQuery, useSuspenseQuery } from '@tanstack/react-query'
import { useState } from 'react'
import type { Member } from '../api/types.js'
import { ItemTable } from '../kit/item-table.js'
import { Moment } from '../kit/moment.js'
import { PageHead } from '../kit/page-head.js'
import { useOrganization } from '../organization/organization-queries.js'
import { meOptions } from '../sign-in/who-is-signed-in.js'
import { ChangeRole } from './change-role.js'
import { InviteMember } from './invite-member.js'
import { LeaveOrganization } from './leave-organization.js'
import { membersOptions } from './member-queries.js'
import { PendingInvitations } from './pending-invitations.js'
import { RemoveMember } from './remove-member.js'
import { RoleTable } from './role-table.js'
import { mayManage, ROLE_WORDS } from './roles.js'

type Doing = { readonly what: 'invite' | 'leave' } | { readonly what: 'change' | 'remove'; readonly member: Member }

export function MembersPage() {
  const { org, role, may } = useOrganization()
  const { data: me } = useSuspenseQuery(meOptions)
  const list = useInfiniteQuery(membersOptions(org))
  const [doing, setDoing] = useState<Doing>()
  const close = () => setDoing(undefined)
  const mayWrite = may('members:write')
  return (
    <>
      <PageHead title="Members" about="People who work in this organization, and what their role lets them do.">
        {may('membership:write') ? (
          <Button variant="default" onClick={() => setDoing({ what: 'leave' })}>
            Leave
          </Button>
        ) : null}
        {may('invitations:write') ? <Button onClick={() => setDoing({ what: 'invite' })}>Invite</Button> : null}
      </PageHead>
      <ItemTable
        label="Members"
        list={list}
        keyOf={({ user }) => user.id}
        empty="No members."
        columns={[
          { head: 'Name', cell: ({ user }) => <Person {...user} isOneself={user.id === me.id} /> },
          { head: 'E-mail', cell: ({ user }) => user.email },
          { head: 'Role', cell: (member) => ROLE_WORDS[member.role] },
          { head: 'Since', cell: ({ createdAt }) => <Moment at={createdAt} /> },
          ...(mayWrite
            ? [
                {
                  head: 'Actions',
                  cell: (member: Member) =>
                    mayManage(role, member.role) ? (
                      <Actions member={member} isOneself={member.user.id === me.id} onChoose={setDoing} />
                    ) : null,
                },
              ]
            : []),
        ]}
      />
      {may('invitations:read') ? <PendingInvitations /> : null}
      <RoleTable />
      {doing?.what === 'invite' ? <InviteMember onClose={close} /> : null}
      {doing?.what === 'leave' ? <LeaveOrganization onClose={close} /> : null}
      {doing?.what === 'change' ? (
        <ChangeRole member={doing.member} isOneself={doing.member.user.id === me.id} onClose={close} />
      ) : null}
      {doing?.what === 'remove' ? <RemoveMember member={doing.member} onClose={close} /> : null}
    </>
  )
}

function Person({ name, isOneself }: { readonly name: string; readonly isOneself: boolean }) {
  return (
    <Group gap="xs">
      <Text span inherit>
        {name}
      </Text>
      {isOneself ? <Badge variant="light">You</Badge> : null}
    </Group>
  )
}

interface ActionsProps {
  readonly member: Member
  readonly isOneself: boolean
  readonly onChoose: (doing: Doing) => void
}

/** Oneself is not removed: one leaves. */
function Actions({ member, isOneself, onChoose }: ActionsProps) {
  return (
    <Group gap="xs" wrap="nowrap">
      <Button
        variant="subtle"
        size="compact-sm"
        aria-label={`Change role of ${member.user.email}`}
        onClick={() => onChoose({ what: 'change', member })}
      >
        Change role
      </Button>
      {isOneself ? null : (
        <Button
          variant="subtle"
          color="red"
          size="compact-sm"
          aria-label={`Remove ${member.user.email}`}
          onClick={() => onChoose({ what: 'remove', member })}
        >
          Remove
        </Button>
      )}
    </Group>
  )
}
