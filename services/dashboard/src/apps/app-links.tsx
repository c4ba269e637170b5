import { Anchor, Button, Code, Text } from '@mantine/core'
import { useInfiniteQuery } from '@tanstack/react-query'
import { Link } from '@tanstack/react-router'
import { useState } from 'react'
import { answerOf, api } from '../api/client.js'
import type { App, Link as ServiceLink } from '../api/types.js'
import { EnabledBadge } from '../kit/enabled-badge.js'
import { ItemTable } from '../kit/item-table.js'
import { Moment } from '../kit/moment.js'
import { useOrganization } from '../organization/organization-queries.js'
import { linksOptions } from './app-queries.js'
import { LinkService } from './link-service.js'
import { TabHead } from './tab-head.js'
import { TakeAway } from './take-away.js'

type Service = ServiceLink['service']

/** The API services that an app may call. */
export function AppLinks({ app }: { readonly app: App }) {
  const { org, may } = useOrganization()
  const list = useInfiniteQuery(linksOptions(org, app.id))
  const [isLinking, setLinking] = useState(false)
  const [unlinked, setUnlinked] = useState<Service>()
  const mayWrite = may('apps:write')
  return (
    <>
      <TabHead about="The API services that this app may call. The proxy refuses its requests to all others.">
        {mayWrite ? <Button onClick={() => setLinking(true)}>Link an API service</Button> : null}
      </TabHead>
      <ItemTable
        label="Linked API services"
        list={list}
        keyOf={({ id }) => id}
        empty={mayWrite ? 'None yet, so the app can call nothing. Link the first one.' : 'None yet.'}
        columns={[
          { head: 'API service', cell: ({ service }) => <ServiceAnchor org={org} service={service} /> },
          { head: 'Slug', cell: ({ service }) => <Code>{service.slug}</Code> },
          { head: 'State', cell: ({ service }) => <EnabledBadge enabled={service.enabled} /> },
          { head: 'Linked', cell: ({ createdAt }) => <Moment at={createdAt} /> },
          ...(mayWrite
            ? [
                {
                  head: 'Actions',
                  cell: ({ service }: ServiceLink) => (
                    <Button
                      variant="subtle"
                      color="red"
                      size="compact-sm"
                      aria-label={`Unlink ${service.name}`}
                      onClick={() => setUnlinked(service)}
                    >
                      Unlink
                    </Button>
                  ),
                },
              ]
            : []),
        ]}
      />
      {isLinking ? (
        <LinkService
          app={app}
          linked={(list.data ?? []).map(({ service }) => service.id)}
          onClose={() => setLinking(false)}
        />
      ) : null}
      {unlinked === undefined ? null : (
        <TakeAway
          title={`Unlink ${unlinked.name}?`}
          action="Unlink"
          call={() =>
            answerOf(
              api.DELETE('/orgs/{org}/apps/{app}/links/{service}', {
                params: { path: { org, app: app.id, service: unlinked.id } },
              }),
            )
          }
          done={{
            title: `${unlinked.name} is unlinked`,
            message: `The proxy refuses new requests of ${app.name} to it.`,
          }}
          onClose={() => setUnlinked(undefined)}
        >
          <Text>
            The proxy will refuse requests of {app.name} to {unlinked.name}. You can link it again.
          </Text>
        </TakeAway>
      )}
    </>
  )
}

function ServiceAnchor({ org, service }: { readonly org: string; readonly service: Service }) {
  return (
    <Anchor
      size="sm"
      renderRoot={(props) => (
        <Link to="/orgs/$org/services/$service" params={{ org, service: service.slug }} {...props} />
      )}
    >
      {service.name}
    </Anchor>
  )
}
