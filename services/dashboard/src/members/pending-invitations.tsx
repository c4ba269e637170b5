import { Button, Text, Title } from '@mantine/core'
import { notifications } from '@mantine/notifications'
import { useInfiniteQuery, useMutation } from '@tanstack/react-query'
import { useState } from 'react'
import { answerOf, api } from '../api/client.js'
import type { Invitation } from '../api/types.js'
import { Confirm } from '../kit/confirm.js'
import { ItemTable } from '../kit/item-table.js'
import { Moment } from '../kit/moment.js'
import { useOrganization } from '../organization/organization-queries.js'
import { invitationsOptions } from './member-queries.js'
import { ROLE_WORDS } from './roles.js'

/** Who was invited and has not joined yet. */
export function PendingInvitations() {
  const { org, may } = useOrganization()
  const list = useInfiniteQuery(invitationsOptions(org))
  const [withdrawing, setWithdrawing] = useState<Invitation>()
  return (
    <section>
      <Title order={2} size="h4" mt="xl" mb="xs">
        Pending invitations
      </Title>
      <ItemTable
        label="Pending invitations"
        list={list}
        keyOf={({ id }) => id}
        empty="None."
        columns={[
          { head: 'E-mail', cell: ({ email }) => email },
          { head: 'Role', cell: ({ role }) => ROLE_WORDS[role] },
          { head: 'Invited', cell: ({ createdAt }) => <Moment at={createdAt} /> },
          { head: 'Ends', cell: ({ expiresAt }) => <Moment at={expiresAt} /> },
          ...(may('invitations:write')
            ? [
                {
                  head: 'Actions',
                  cell: (invitation: Invitation) => (
                    <Button
                      variant="subtle"
                      color="red"
                      size="compact-sm"
                      aria-label={`Withdraw the invitation for ${invitation.email}`}
                      onClick={() => setWithdrawing(invitation)}
                    >
                      Withdraw
                    </Button>
                  ),
                },
              ]
            : []),
        ]}
      />
      {withdrawing ? <WithdrawInvitation invitation={withdrawing} onClose={() => setWithdrawing(undefined)} /> : null}
    </section>
  )
}

interface WithdrawInvitationProps {
  readonly invitation: Invitation
  readonly onClose: () => void
}

function WithdrawInvitation({ invitation: { id, email }, onClose }: WithdrawInvitationProps) {
  const { org } = useOrganization()
  const withdraw = useMutation({
    mutationFn: () =>
      answerOf(api.DELETE('/orgs/{org}/invitations/{invitation}', { params: { path: { org, invitation: id } } })),
    onSuccess: () => {
      notifications.show({ title: 'The invitation is withdrawn', message: `The link for ${email} works no more.` })
      onClose()
    },
  })
  return (
    <Confirm
      title={`Withdraw the invitation for ${email}?`}
      action="Withdraw"
      isPending={withdraw.isPending}
      problem={withdraw.error}
      onConfirm={() => withdraw.mutate()}
      onClose={onClose}
    >
      <Text>Its link works no more. You can invite the person again.</Text>
    </Confirm>
  )
}
