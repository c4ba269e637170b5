import { Button, Text } from '@mantine/core'
import { useInfiniteQuery } from '@tanstack/react-query'
import { useState } from 'react'
import { answerOf, api } from '../api/client.js'
import type { App, DebugToken } from '../api/types.js'
import { ItemTable } from '../kit/item-table.js'
import { Moment } from '../kit/moment.js'
import { standingOf } from '../kit/standing.js'
import { useOrganization } from '../organization/organization-queries.js'
import { debugTokensOptions } from './app-queries.js'
import { MakeDebugToken } from './make-debug-token.js'
import { RevokeButton } from './revoke-button.js'
import { StandingBadge } from './standing-badge.js'
import { TabHead } from './tab-head.js'
import { TakeAway } from './take-away.js'

/** Debug tokens stand in for attestation: who has one can buy sessions until it ends. */
export function DebugTokens({ app }: { readonly app: App }) {
  const { org, may } = useOrganization()
  const list = useInfiniteQuery(debugTokensOptions(org, app.id))
  const [isMaking, setMaking] = useState(false)
  const [revoked, setRevoked] = useState<DebugToken>()
  const mayWrite = may('apps:write')
  return (
    <>
      <TabHead about="For development: who has a debug token can buy sessions of this app until it ends. Never ship one in a release.">
        {mayWrite ? <Button onClick={() => setMaking(true)}>Make a debug token</Button> : null}
      </TabHead>
      <ItemTable
        label="Debug tokens"
        list={list}
        keyOf={({ id }) => id}
        empty="No debug tokens yet."
        columns={[
          { head: 'Name', cell: ({ name }) => name },
          { head: 'State', cell: (token) => <StandingBadge of={token} /> },
          { head: 'Last used', cell: ({ lastUsedAt }) => <Moment at={lastUsedAt} never="never" /> },
          { head: 'Made', cell: ({ createdAt }) => <Moment at={createdAt} /> },
          { head: 'Ends', cell: ({ revokedAt, expiresAt }) => <Moment at={revokedAt ?? expiresAt} /> },
          ...(mayWrite
            ? [
                {
                  head: 'Actions',
                  // The sessions that an expired token bought have ended with it.
                  cell: (token: DebugToken) =>
                    standingOf(token, new Date()) === 'in force' ? (
                      <RevokeButton what={`the debug token ${token.name}`} onClick={() => setRevoked(token)} />
                    ) : null,
                },
              ]
            : []),
        ]}
      />
      {isMaking ? <MakeDebugToken app={app} onClose={() => setMaking(false)} /> : null}
      {revoked === undefined ? null : (
        <TakeAway
          title={`Revoke ${revoked.name}?`}
          action="Revoke"
          call={() =>
            answerOf(
              api.DELETE('/orgs/{org}/apps/{app}/debug-tokens/{debugToken}', {
                params: { path: { org, app: app.id, debugToken: revoked.id } },
              }),
            )
          }
          done={{ title: `${revoked.name} is revoked`, message: 'Its devices and their sessions have ended, too.' }}
          onClose={() => setRevoked(undefined)}
        >
          <Text>It buys no more sessions, and the devices and sessions that it bought end at once.</Text>
        </TakeAway>
      )}
    </>
  )
}
