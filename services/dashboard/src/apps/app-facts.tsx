import { Code, SimpleGrid } from '@mantine/core'
import type { App } from '../api/types.js'
import { Fact } from '../kit/fact.js'
import { limitWords } from '../kit/limits-fields.js'
import { Moment } from '../kit/moment.js'
import { quotaWords } from '../kit/quota-words.js'
import { POLICIES } from './policies.js'

/** An app's settings for those who may not change them. */
export function AppFacts({ app }: { readonly app: App }) {
  const { label, means } = POLICIES[app.policy]
  return (
    <SimpleGrid cols={{ base: 1, sm: 2 }} maw={900}>
      <Fact name="Slug">
        <Code>{app.slug}</Code>
      </Fact>
      <Fact name="Policy">
        {label}. {means}
      </Fact>
      <Fact name="Rate limits">{wordsOf(app.limits.map(limitWords))}</Fact>
      <Fact name="Quotas">{wordsOf(app.quotas.map(quotaWords))}</Fact>
      <Fact name="Added">
        <Moment at={app.createdAt} />
      </Fact>
      <Fact name="Changed">
        <Moment at={app.updatedAt} />
      </Fact>
    </SimpleGrid>
  )
}

const wordsOf = (each: readonly string[]): string => (each.length === 0 ? 'None.' : each.join(', '))
