import { Badge, Button, Group, Text, Title } from '@mantine/core'
import { notifications } from '@mantine/notifications'
import { useInfiniteQuery, useMutation } from '@tanstack/react-query'
import { useState } from 'react'
import { answerOf, api } from '../api/client.js'
import { Confirm } from '../kit/confirm.js'
import { ItemTable } from '../kit/item-table.js'
import { Moment } from '../kit/moment.js'
import { type SignIn, signInsOptions } from './account-queries.js'
import { browserWords } from './browser-words.js'

/** Where one is signed in. */
export function SignIns() {
  const list = useInfiniteQuery(signInsOptions)
  const [ending, setEnding] = useState<SignIn>()
  return (
    <section>
      <Title order={2} size="h4" mt="xl" mb="xs">
        Sign-ins
      </Title>
      <Text size="sm" c="dimmed">
        If you do not know one of them, end it and change your password.
      </Text>
      <ItemTable
        label="Sign-ins"
        list={list}
        keyOf={({ id }) => id}
        empty="None."
        columns={[
          { head: 'Browser', cell: (each) => <Browser {...each} /> },
          { head: 'Address', cell: ({ address }) => address },
          { head: 'Signed in', cell: ({ createdAt }) => <Moment at={createdAt} /> },
          { head: 'Last use', cell: ({ lastUsedAt }) => <Moment at={lastUsedAt} /> },
          { head: 'Ends', cell: ({ expiresAt }) => <Moment at={expiresAt} /> },
          {
            head: 'Actions',
            cell: (each) =>
              // This one ends by signing out.
              each.current ? null : (
                <Button
                  variant="subtle"
                  color="red"
                  size="compact-sm"
                  aria-label={`End the sign-in of ${browserWords(each.userAgent)} at ${each.address}`}
                  onClick={() => setEnding(each)}
                >
                  End
                </Button>
              ),
          },
        ]}
      />
      {ending ? <EndSignIn signIn={ending} onClose={() => setEnding(undefined)} /> : null}
    </section>
  )
}

function Browser({ userAgent, current }: SignIn) {
  return (
    <Group gap="xs">
      <Text span inherit title={userAgent}>
        {browserWords(userAgent)}
      </Text>
      {current ? <Badge variant="light">This one</Badge> : null}
    </Group>
  )
}

function EndSignIn({ signIn, onClose }: { readonly signIn: SignIn; readonly onClose: () => void }) {
  const end = useMutation({
    mutationFn: () => answerOf(api.DELETE('/auth/sessions/{session}', { params: { path: { session: signIn.id } } })),
    onSuccess: () => {
      notifications.show({ title: 'The sign-in has ended', message: 'Who used it has to sign in again.' })
      onClose()
    },
  })
  return (
    <Confirm
      title="End this sign-in?"
      action="End sign-in"
      isPending={end.isPending}
      problem={end.error}
      onConfirm={() => end.mutate()}
      onClose={onClose}
    >
      <Text>
        {browserWords(signIn.userAgent)} at {signIn.address} has to sign in again.
      </Text>
    </Confirm>
  )
}
