import { Code, Text } from '@mantine/core'
import { useInfiniteQuery } from '@tanstack/react-query'
import { useState } from 'react'
import { answerOf, api } from '../api/client.js'
import type { App, AppSession } from '../api/types.js'
import { ItemTable } from '../kit/item-table.js'
import { Moment } from '../kit/moment.js'
import { standingOf } from '../kit/standing.js'
import { useOrganization } from '../organization/organization-queries.js'
import { appSessionsOptions } from './app-queries.js'
import { RevokeButton } from './revoke-button.js'
import { StandingBadge } from './standing-badge.js'
import { TabHead } from './tab-head.js'
import { TakeAway } from './take-away.js'

/** The sessions that devices have bought and that have not expired, newest first. */
export function AppSessions({ app }: { readonly app: App }) {
  const { org, may } = useOrganization()
  const list = useInfiniteQuery(appSessionsOptions(org, app.id))
  const [revoked, setRevoked] = useState<AppSession>()
  return (
    <>
      <TabHead about="What devices have bought and what has not expired, newest first. A session lasts ten minutes at most." />
      <ItemTable
        label="Sessions"
        list={list}
        keyOf={({ id }) => id}
        empty="No session is in force."
        columns={[
          { head: 'Session', cell: ({ id }) => <Code>{id}</Code> },
          { head: 'Device', cell: ({ device }) => <Code>{device}</Code> },
          { head: 'State', cell: (session) => <StandingBadge of={session} /> },
          { head: 'Bought', cell: ({ createdAt }) => <Moment at={createdAt} /> },
          { head: 'Ends', cell: ({ revokedAt, expiresAt }) => <Moment at={revokedAt ?? expiresAt} /> },
          ...(may('apps:write')
            ? [
                {
                  head: 'Actions',
                  cell: (session: AppSession) =>
                    standingOf(session, new Date()) === 'in force' ? (
                      <RevokeButton what={`the session ${session.id}`} onClick={() => setRevoked(session)} />
                    ) : null,
                },
              ]
            : []),
        ]}
      />
      {revoked === undefined ? null : (
        <TakeAway
          title="Revoke the session?"
          action="Revoke"
          call={() =>
            answerOf(
              api.DELETE('/orgs/{org}/apps/{app}/sessions/{appSession}', {
                params: { path: { org, app: app.id, appSession: revoked.id } },
              }),
            )
          }
          done={{ title: 'The session is revoked', message: 'No new request is served with it.' }}
          onClose={() => setRevoked(undefined)}
        >
          <Text>{revoked.id} ends at once. Its device can buy another one: to end that, revoke the device.</Text>
        </TakeAway>
      )}
    </>
  )
}
