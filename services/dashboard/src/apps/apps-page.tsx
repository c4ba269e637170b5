import { Anchor, Button, Code } from '@mantine/core'
import { useInfiniteQuery } from '@tanstack/react-query'
import { Link } from '@tanstack/react-router'
import { useState } from 'react'
import { EnabledBadge } from '../kit/enabled-badge.js'
import { useFindByName } from '../kit/find-by-name.js'
import { ItemTable } from '../kit/item-table.js'
import { PageHead } from '../kit/page-head.js'
import { useOrganization } from '../organization/organization-queries.js'
import { AddApp } from './add-app.js'
import { appsOptions } from './app-queries.js'
import { PLATFORMS } from './platforms.js'
import { POLICIES } from './policies.js'

export function AppsPage() {
  const { org, may } = useOrganization()
  const [isAdding, setAdding] = useState(false)
  const find = useFindByName('an app')
  const list = useInfiniteQuery(appsOptions(org))
  const mayWrite = may('apps:write')
  return (
    <>
      <PageHead
        title="Apps"
        about="Who may call your API services. An app carries its app token or buys sessions. It never has a provider’s key."
      >
        {mayWrite ? <Button onClick={() => setAdding(true)}>Add app</Button> : null}
      </PageHead>
      {find.field}
      <ItemTable
        label="Apps"
        list={list}
        keyOf={({ id }) => id}
        filter={find.filter}
        empty={
          mayWrite ? 'No apps yet. Add the first one, then link the API services that it may call.' : 'No apps yet.'
        }
        columns={[
          { head: 'Name', cell: ({ id, name }) => <AppLink org={org} id={id} name={name} /> },
          { head: 'Slug', cell: ({ slug }) => <Code>{slug}</Code> },
          { head: 'Platform', cell: ({ platform }) => PLATFORMS[platform] },
          { head: 'Policy', cell: ({ policy }) => POLICIES[policy].label },
          { head: 'State', cell: ({ enabled }) => <EnabledBadge enabled={enabled} /> },
        ]}
      />
      {isAdding ? <AddApp onClose={() => setAdding(false)} /> : null}
    </>
  )
}

function AppLink({ org, id, name }: { readonly org: string; readonly id: string; readonly name: string }) {
  return (
    <Anchor size="sm" renderRoot={(props) => <Link to="/orgs/$org/apps/$app" params={{ org, app: id }} {...props} />}>
      {name}
    </Anchor>
  )
}
