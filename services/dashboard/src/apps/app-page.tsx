import { Button, Tabs } from '@mantine/core'
import { useSuspenseQuery } from '@tanstack/react-query'
import { useNavigate, useParams, useSearch } from '@tanstack/react-router'
import { useState } from 'react'
import { PageHead } from '../kit/page-head.js'
import { useOrganization } from '../organization/organization-queries.js'
import { AppFacts } from './app-facts.js'
import { AppLinks } from './app-links.js'
import { appOptions } from './app-queries.js'
import { AppSessions } from './app-sessions.js'
import { AppSettings } from './app-settings.js'
import { APP_TABS, isAppTab } from './app-tabs.js'
import { AppToken } from './app-token.js'
import { AttestationTab } from './attestation/attestation-tab.js'
import { NoAttestationAlert } from './attestation/no-attestation-alert.js'
import { DebugTokens } from './debug-tokens.js'
import { DeleteApp } from './delete-app.js'
import { Devices } from './devices.js'
import { PLATFORMS } from './platforms.js'

/** The page's place among the routes. */
const FROM = '/signed-in/orgs/$org/apps/$app'

/** One app: its token, its settings, what it may call, and how it proves itself. */
export function AppPage() {
  const { org, may } = useOrganization()
  const { app: idOrSlug } = useParams({ from: FROM })
  const { tab = 'settings' } = useSearch({ from: FROM })
  const { data: app } = useSuspenseQuery(appOptions(org, idOrSlug))
  const [isDeleting, setDeleting] = useState(false)
  const navigate = useNavigate({ from: '/orgs/$org/apps/$app' })
  const mayWrite = may('apps:write')
  return (
    <>
      <PageHead
        title={app.name}
        about={`${PLATFORMS[app.platform]} app${app.enabled ? '' : ', disabled: the proxy refuses its requests'}.`}
      >
        {mayWrite ? (
          <Button color="red" variant="light" onClick={() => setDeleting(true)}>
            Delete
          </Button>
        ) : null}
      </PageHead>
      <AppToken app={app} />
      <NoAttestationAlert app={app} />
      <Tabs
        value={tab}
        onChange={(chosen) => isAppTab(chosen) && void navigate({ search: { tab: chosen }, replace: true })}
      >
        <Tabs.List mb="md" aria-label={`About ${app.name}`}>
          {Object.entries(APP_TABS).map(([value, label]) => (
            <Tabs.Tab key={value} value={value}>
              {label}
            </Tabs.Tab>
          ))}
        </Tabs.List>
        <Tabs.Panel value="settings">
          {mayWrite ? <AppSettings key={app.id} app={app} /> : <AppFacts app={app} />}
        </Tabs.Panel>
        <Tabs.Panel value="services">
          <AppLinks app={app} />
        </Tabs.Panel>
        <Tabs.Panel value="attestation">
          <AttestationTab app={app} />
        </Tabs.Panel>
        <Tabs.Panel value="debug-tokens">
          <DebugTokens app={app} />
        </Tabs.Panel>
        <Tabs.Panel value="devices">
          <Devices app={app} />
        </Tabs.Panel>
        <Tabs.Panel value="sessions">
          <AppSessions app={app} />
        </Tabs.Panel>
      </Tabs>
      {isDeleting ? <DeleteApp app={app} onClose={() => setDeleting(false)} /> : null}
    </>
  )
}
