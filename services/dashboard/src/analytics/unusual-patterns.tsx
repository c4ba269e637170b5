import { Alert, Stack, Text, Title } from '@mantine/core'
import { useQuery } from '@tanstack/react-query'
import type { Analytics, UnusualPattern } from '../api/types.js'
import { Moment } from '../kit/moment.js'
import { membersByIdOptions } from '../members/member-queries.js'
import { useOrganization } from '../organization/organization-queries.js'
import { GROUPINGS } from './analytics-search.js'
import { FlagLinks } from './flag-links.js'
import { FLAG_TITLES, isGrave, numberWords } from './flag-words.js'
import { type FlagsOfKind, flagsByKind } from './flags-by-kind.js'
import { groupName } from './group-name.js'
import { talliedOf } from './tallied.js'

/** What may mean that a key is in the wrong hands, or is about to fail: of the organization as it is now. */
export function UnusualPatterns({ analytics }: { readonly analytics: Analytics }) {
  const { unusual } = analytics
  return (
    <section aria-label="Unusual patterns">
      <Title order={2} size="h4" mb="sm">
        Unusual patterns
      </Title>
      <Stack gap="sm" maw={860}>
        {flagsByKind(unusual).map((found) => (
          <Pattern key={`${found.kind} ${found.advice}`} {...found} />
        ))}
        <Tallied analytics={analytics} />
      </Stack>
    </section>
  )
}

function Pattern({ kind, advice, flags }: FlagsOfKind) {
  return (
    <Alert role="note" variant="light" color={isGrave(kind) ? 'red' : 'yellow'} title={FLAG_TITLES[kind]}>
      <Stack gap="sm">
        {flags.map((flag) => (
          <Subject key={`${flag.subject.kind} ${flag.subject.id}`} flag={flag} />
        ))}
        <Text size="sm">{advice}</Text>
      </Stack>
    </Alert>
  )
}

function Subject({ flag }: { readonly flag: UnusualPattern }) {
  const { org } = useOrganization()
  const { data: members } = useQuery(membersByIdOptions(org))
  const { kind } = flag.subject
  const { name, note } = groupName(flag.subject, kind, members)
  return (
    <div>
      <Text size="sm">
        {GROUPINGS[kind]} <strong>{name}</strong>
        {note === undefined ? '' : ` by ${note}`}: {numberWords(flag)} Began <Moment at={flag.since} />.
      </Text>
      <FlagLinks flag={flag} />
    </div>
  )
}

/** How far the log has been counted. Only then does the lack of a pattern say something. */
function Tallied({ analytics: { unusual, talliedThrough } }: { readonly analytics: Analytics }) {
  const tallied = talliedOf(talliedThrough, new Date())
  if (tallied === 'nothing') {
    return (
      <Alert role="status" variant="light" color="gray" title="Nothing has been counted yet">
        The access log is counted within seconds. Refresh in a minute. If this stays, tell the operator.
      </Alert>
    )
  }
  const through = (
    <>
      The access log has been counted through <Moment at={talliedThrough} />
    </>
  )
  if (tallied === 'behind') {
    return (
      <Alert role="status" variant="light" color="yellow" title="The figures are behind">
        {through}. What happened since may be unusual and is not shown. If this stays, tell the operator.
      </Alert>
    )
  }
  if (unusual.length > 0) {
    return (
      <Text size="sm" c="dimmed">
        {through}.
      </Text>
    )
  }
  return (
    <Alert role="status" variant="light" color="green" title="Nothing unusual">
      {through}, of the whole organization.
    </Alert>
  )
}
