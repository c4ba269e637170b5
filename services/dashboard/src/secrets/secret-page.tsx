import { Badge, Button, Code, Group, SimpleGrid, Stack, Text, Title } from '@mantine/core'
import { useInfiniteQuery, useSuspenseQuery } from '@tanstack/react-query'
import { useNavigate, useParams } from '@tanstack/react-router'
import { useState } from 'react'
import type { Secret } from '../api/types.js'
import { Fact } from '../kit/fact.js'
import { ItemTable } from '../kit/item-table.js'
import { Moment } from '../kit/moment.js'
import { PageHead } from '../kit/page-head.js'
import { useOrganization } from '../organization/organization-queries.js'
import { BindingsText } from './bindings-text.js'
import { ChangeExpiry } from './change-expiry.js'
import { DeleteSecret } from './delete-secret.js'
import { Mask } from './mask.js'
import { RenameSecret } from './rename-secret.js'
import { ReplaceValue } from './replace-value.js'
import { holdersOptions, secretOptions, versionsOptions } from './secret-queries.js'
import { UsedBy } from './used-by.js'

type Doing = 'replace' | 'rename' | 'expiry' | 'delete'

/** One secret: all that anybody may know of it. */
export function SecretPage() {
  const { org, may } = useOrganization()
  const { secret: id } = useParams({ from: '/signed-in/orgs/$org/secrets/$secret' })
  const { data: secret } = useSuspenseQuery(secretOptions(org, id))
  const [doing, setDoing] = useState<Doing>()
  const navigate = useNavigate()
  const close = () => setDoing(undefined)
  return (
    <>
      <PageHead title={secret.name} about="Its value is shown to nobody. It is used on the server alone.">
        {may('secrets:write') ? (
          <>
            <Button onClick={() => setDoing('replace')}>Replace the value</Button>
            <Button variant="default" onClick={() => setDoing('rename')}>
              Rename
            </Button>
            <Button variant="default" onClick={() => setDoing('expiry')}>
              Change expiry
            </Button>
            <Button color="red" variant="light" onClick={() => setDoing('delete')}>
              Delete
            </Button>
          </>
        ) : null}
      </PageHead>
      <Facts org={org} secret={secret} />
      <Title order={2} size="h4" mt="xl">
        Versions
      </Title>
      <Versions org={org} secret={secret} />
      {secret.bindings.services.length > 0 ? (
        <>
          <Title order={2} size="h4" mt="xl">
            Internal services
          </Title>
          <Holders org={org} secret={secret} />
        </>
      ) : null}
      {doing === 'replace' ? <ReplaceValue secret={secret} onClose={close} /> : null}
      {doing === 'rename' ? <RenameSecret secret={secret} onClose={close} /> : null}
      {doing === 'expiry' ? <ChangeExpiry secret={secret} onClose={close} /> : null}
      {doing === 'delete' ? (
        <DeleteSecret
          secret={secret}
          onClose={close}
          onDeleted={() => void navigate({ to: '/orgs/$org/secrets', params: { org } })}
        />
      ) : null}
    </>
  )
}

function Facts({ org, secret }: OfSecret) {
  return (
    <SimpleGrid cols={{ base: 1, sm: 2 }} maw={900}>
      <Fact name="Value">
        <Mask mask={secret.mask} />
      </Fact>
      <Fact name="Used by">
        <UsedBy org={org} services={secret.usedBy} />
      </Fact>
      <Fact name="Where it may go">
        <BindingsText bindings={secret.bindings} />
      </Fact>
      <Fact name="Expires">
        <Moment at={secret.expiresAt} never="never" />
      </Fact>
      <Fact name="Added">
        <Moment at={secret.createdAt} />
      </Fact>
      <Fact name="Last replaced">
        <Moment at={secret.replacedAt} never="never" />
      </Fact>
      {secret.externalVersion === null ? null : (
        <Fact name="External version">
          <Code>{secret.externalVersion}</Code>
        </Fact>
      )}
    </SimpleGrid>
  )
}

interface OfSecret {
  readonly org: string
  readonly secret: Secret
}

const STATES = {
  active: { color: 'green', words: 'in use' },
  superseded: { color: 'yellow', words: 'replaced, being destroyed' },
  destroyed: { color: 'gray', words: 'destroyed' },
} as const

function Versions({ org, secret }: OfSecret) {
  const list = useInfiniteQuery(versionsOptions(org, secret.id))
  return (
    <ItemTable
      label="Versions"
      list={list}
      keyOf={({ id }) => id}
      empty="None."
      columns={[
        { head: 'Version', cell: ({ generation }) => generation },
        {
          head: 'State',
          cell: ({ state }) => (
            <Badge variant="light" color={STATES[state].color}>
              {STATES[state].words}
            </Badge>
          ),
        },
        { head: 'Value', cell: ({ mask }) => <Mask mask={mask} /> },
        { head: 'Where it might go', cell: ({ bindings }) => <BindingsText bindings={bindings} /> },
        {
          head: 'Added',
          cell: ({ createdAt, createdBy }) => (
            <Stack gap={0}>
              <Moment at={createdAt} />
              <Text size="xs" c="dimmed">
                {createdBy}
              </Text>
            </Stack>
          ),
        },
        { head: 'Destroyed', cell: ({ destroyedAt }) => <Moment at={destroyedAt} /> },
      ]}
    />
  )
}

function Holders({ org, secret }: OfSecret) {
  const list = useInfiniteQuery(holdersOptions(org, secret.id))
  return (
    <ItemTable
      label="Internal services"
      list={list}
      keyOf={({ spiffeId }) => spiffeId}
      empty="None of them has asked for it yet."
      columns={[
        {
          head: 'Service',
          cell: ({ name, spiffeId }) => (
            <Group gap="xs">
              {name}
              <Code>{spiffeId}</Code>
            </Group>
          ),
        },
        { head: 'Last granted', cell: ({ lastGrantedAt }) => <Moment at={lastGrantedAt} /> },
      ]}
    />
  )
}
