import { Select, Stack, Text } from '@mantine/core'
import { notifications } from '@mantine/notifications'
import { useMutation, useQuery, useSuspenseQuery } from '@tanstack/react-query'
import { useState } from 'react'
import { answerOf, api } from '../api/client.js'
import type { User } from '../api/types.js'
import { Confirm } from '../kit/confirm.js'
import { FormDialog } from '../kit/form-dialog.js'
import { allMembersOptions } from '../members/member-queries.js'
import { PersonText } from '../members/person-text.js'
import { meOptions } from '../sign-in/who-is-signed-in.js'
import { useOrganization } from './organization-queries.js'

/** Asks who, then whether: by then the person's e-mail address stands alone, among no others that look like it. */
export function TransferOwnership({ onClose }: { readonly onClose: () => void }) {
  const { org, name } = useOrganization()
  const { data: me } = useSuspenseQuery(meOptions)
  const members = useQuery(allMembersOptions(org))
  const [id, setId] = useState('')
  const [isMissing, setMissing] = useState(false)
  const [chosen, setChosen] = useState<User>()
  const others = (members.data ?? []).map(({ user }) => user).filter((user) => user.id !== me.id)
  const user = others.find((each) => each.id === id)
  if (chosen) return <ConfirmTransfer user={chosen} onClose={onClose} />
  return (
    <FormDialog
      title="Transfer ownership"
      action="Go on"
      isPending={false}
      problem={members.error}
      onSubmit={(event) => {
        event.preventDefault()
        setMissing(user === undefined)
        setChosen(user)
      }}
      onClose={onClose}
    >
      <Text size="sm">
        The member becomes an owner of {name}, and you become an admin. Only an owner can make you an owner again. To
        have a second owner and stay one, change the member’s role instead.
      </Text>
      <Select
        label="New owner"
        placeholder={members.isPending ? 'Loading' : 'Choose a member'}
        description={
          members.isSuccess && others.length === 0 ? 'There is no other member yet: invite one first.' : undefined
        }
        // What is searched through, and what the field shows.
        data={others.map(({ id, email }) => ({ value: id, label: email }))}
        renderOption={({ option }) => <PersonOption user={others.find((each) => each.id === option.value)} />}
        searchable
        openOnFocus={false}
        required
        data-autofocus
        value={id === '' ? null : id}
        error={isMissing && user === undefined ? 'Choose a member.' : undefined}
        onChange={(next) => setId(next ?? '')}
      />
      {user ? <PersonText {...user} /> : null}
    </FormDialog>
  )
}

function PersonOption({ user }: { readonly user: User | undefined }) {
  return user ? <PersonText {...user} /> : null
}

function ConfirmTransfer({ user, onClose }: { readonly user: User; readonly onClose: () => void }) {
  const { org, name } = useOrganization()
  const transfer = useMutation({
    mutationFn: () =>
      answerOf(api.POST('/orgs/{org}/transfer', { params: { path: { org } }, body: { user: user.id } })),
    onSuccess: ({ user: owner }) => {
      notifications.show({
        title: `${owner.email} is an owner of ${name}`,
        message: `${owner.name} has the role. You are an admin from now on.`,
      })
      onClose()
    },
  })
  return (
    <Confirm
      title={`Make ${user.email} an owner?`}
      action="Transfer"
      isPending={transfer.isPending}
      problem={transfer.error}
      typed={name}
      onConfirm={() => transfer.mutate()}
      onClose={onClose}
    >
      <Stack gap="sm">
        <PersonText {...user} />
        <Text size="sm">becomes an owner of {name}, and you become an admin. Only an owner can undo this.</Text>
      </Stack>
    </Confirm>
  )
}
