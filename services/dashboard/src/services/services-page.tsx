import { Anchor, Badge, Button, Code, Group, Stack, Text } from '@mantine/core'
import { useInfiniteQuery } from '@tanstack/react-query'
import { Link } from '@tanstack/react-router'
import { Suspense, useState } from 'react'
import type { Service } from '../api/types.js'
import { EnabledBadge } from '../kit/enabled-badge.js'
import { ItemTable } from '../kit/item-table.js'
import { PageHead } from '../kit/page-head.js'
import { useOrganization } from '../organization/organization-queries.js'
import { AddService } from './add-service.js'
import { authWords } from './auth-form.js'
import { servicesOptions } from './service-queries.js'
import { secretsOf } from './templates.js'

export function ServicesPage() {
  const { org, may } = useOrganization()
  const [isAdding, setIsAdding] = useState(false)
  const list = useInfiniteQuery(servicesOptions(org))
  const mayWrite = may('services:write')
  return (
    <>
      <PageHead
        title="API services"
        about="Where apps may send requests, and which secret is put into them. Apps call a service at the proxy; it forwards to the provider."
      >
        {mayWrite ? <Button onClick={() => setIsAdding(true)}>Add service</Button> : null}
      </PageHead>
      <ItemTable
        label="API services"
        list={list}
        keyOf={({ id }) => id}
        empty={mayWrite ? 'No API services yet. Add the first one, such as OpenAI.' : 'No API services yet.'}
        columns={[
          { head: 'Name', cell: (service) => <ServiceLink org={org} {...service} /> },
          { head: 'Slug', cell: ({ slug }) => <Code>{slug}</Code> },
          { head: 'Base URL', cell: ({ baseUrl }) => baseUrl },
          { head: 'Auth type', cell: ({ auth }) => authWords(auth) },
          { head: 'Secrets', cell: (service) => <Secrets names={secretsOf(service)} /> },
          { head: 'State', cell: (service) => <State {...service} /> },
        ]}
      />
      {isAdding ? (
        <Suspense>
          <AddService onClose={() => setIsAdding(false)} />
        </Suspense>
      ) : null}
    </>
  )
}

function ServiceLink({ org, slug, name }: Pick<Service, 'slug' | 'name'> & { readonly org: string }) {
  return (
    <Anchor
      renderRoot={(props) => <Link to="/orgs/$org/services/$service" params={{ org, service: slug }} {...props} />}
    >
      {name}
    </Anchor>
  )
}

function Secrets({ names }: { readonly names: readonly string[] }) {
  if (names.length === 0) return <>none</>
  return (
    <Group gap={4}>
      {names.map((name) => (
        <Code key={name}>{name}</Code>
      ))}
    </Group>
  )
}

function State({ enabled, warnings }: Service) {
  return (
    <Stack gap={4} align="flex-start">
      <EnabledBadge enabled={enabled} />
      {warnings.map((warning) => (
        <Text key={warning} size="xs" maw={260}>
          <Badge component="span" color="yellow" variant="light" size="xs">
            Check
          </Badge>{' '}
          {warning}
        </Text>
      ))}
    </Stack>
  )
}
