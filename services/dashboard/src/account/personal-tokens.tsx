import { Button, Code, Group, Text, Title } from '@mantine/core'
import { notifications } from '@mantine/notifications'
import { useInfiniteQuery, useMutation, useSuspenseQuery } from '@tanstack/react-query'
import { useState } from 'react'
import { answerOf, api } from '../api/client.js'
import type { PersonalToken } from '../api/types.js'
import { Confirm } from '../kit/confirm.js'
import { ItemTable } from '../kit/item-table.js'
import { Moment } from '../kit/moment.js'
import { standingOf } from '../kit/standing.js'
import { organizationsOptions } from '../organization/organization-queries.js'
import { personalTokensOptions } from './account-queries.js'
import { CreateToken } from './create-token.js'

/** For scripts: each acts as its person, within its scopes. */
export function PersonalTokens() {
  const list = useInfiniteQuery(personalTokensOptions)
  const [doing, setDoing] = useState<'create' | PersonalToken>()
  const close = () => setDoing(undefined)
  return (
    <section>
      <Group justify="space-between" mt="xl" mb="xs">
        <Title order={2} size="h4">
          Personal access tokens
        </Title>
        <Button variant="default" onClick={() => setDoing('create')}>
          Create token
        </Button>
      </Group>
      <Text size="sm" c="dimmed">
        For scripts that use the REST API as you. A token does only what its scopes and your role allow.
      </Text>
      <ItemTable
        label="Personal access tokens"
        list={list}
        keyOf={({ id }) => id}
        empty="No tokens yet. Create one for each script, with as few scopes as it needs."
        columns={[
          { head: 'Name', cell: ({ name }) => name },
          { head: 'Scopes', cell: ({ scopes }) => <Scopes scopes={scopes} /> },
          { head: 'Organizations', cell: ({ organizations }) => <Reach organizations={organizations} /> },
          { head: 'Last use', cell: ({ lastUsedAt }) => <Moment at={lastUsedAt} never="never" /> },
          { head: 'Ends', cell: (token) => <End {...token} /> },
          {
            head: 'Actions',
            cell: (token) =>
              standingOf(token, new Date()) === 'in force' ? (
                <Button
                  variant="subtle"
                  color="red"
                  size="compact-sm"
                  aria-label={`Revoke ${token.name}`}
                  onClick={() => setDoing(token)}
                >
                  Revoke
                </Button>
              ) : null,
          },
        ]}
      />
      {doing === 'create' ? <CreateToken onClose={close} /> : null}
      {typeof doing === 'object' ? <RevokeToken token={doing} onClose={close} /> : null}
    </section>
  )
}

function Scopes({ scopes }: Pick<PersonalToken, 'scopes'>) {
  return (
    <Group gap={4}>
      {scopes.map((scope) => (
        <Code key={scope}>{scope}</Code>
      ))}
    </Group>
  )
}

function Reach({ organizations }: Pick<PersonalToken, 'organizations'>) {
  const { data: known } = useSuspenseQuery(organizationsOptions)
  if (organizations === 'all') return <>All</>
  // One that the person has left has no name here any more.
  return <>{organizations.map((id) => known.find((each) => each.id === id)?.name ?? id).join(', ')}</>
}

function End(token: PersonalToken) {
  const state = standingOf(token, new Date())
  return (
    <>
      {state === 'in force' ? null : `${state} `}
      <Moment at={token.revokedAt ?? token.expiresAt} />
    </>
  )
}

function RevokeToken({ token, onClose }: { readonly token: PersonalToken; readonly onClose: () => void }) {
  const revoke = useMutation({
    mutationFn: () => answerOf(api.DELETE('/auth/tokens/{token}', { params: { path: { token: token.id } } })),
    onSuccess: () => {
      notifications.show({ title: `${token.name} is revoked`, message: 'It stopped working at once.' })
      onClose()
    },
  })
  return (
    <Confirm
      title={`Revoke ${token.name}?`}
      action="Revoke"
      isPending={revoke.isPending}
      problem={revoke.error}
      onConfirm={() => revoke.mutate()}
      onClose={onClose}
    >
      <Text>Scripts that use it are refused at once. This cannot be undone; you can create another token.</Text>
    </Confirm>
  )
}
