import { Code, Stack, Table, Title } from '@mantine/core'
import type { ReactNode } from 'react'
import type { Service } from '../api/types.js'
import { limitWords } from '../kit/limits-fields.js'
import { authWords } from './auth-form.js'
import { secretsOf } from './templates.js'

/** The settings, for who may not change them. */
export function ServiceFacts({ service }: { readonly service: Service }) {
  const facts: readonly [string, ReactNode][] = [
    ['Base URL', <Code key="url">{service.baseUrl}</Code>],
    ['Auth type', authWords(service.auth)],
    ['Secrets', <Codes key="secrets" texts={secretsOf(service)} none="none" />],
    ['Extra headers', <Codes key="headers" texts={Object.keys(service.extraHeaders)} none="none" />],
    ['Allowed methods', <Codes key="methods" texts={service.methods} none="all" />],
    ['Allowed paths', <Codes key="paths" texts={service.paths} none="all" />],
    ['Rate limits', service.limits.length === 0 ? 'none' : service.limits.map(limitWords).join('; ')],
    ['Timeout', `${service.timeoutMs / 1000} s`],
    ['Largest body', `${service.bodyBytesMax / (1024 * 1024)} MiB`],
    ['Scrubs answers', service.scrub ? 'yes' : 'no'],
    ['Forwards trace context', service.forwardTraceContext ? 'yes' : 'no'],
  ]
  return (
    <Stack>
      <Title order={2} size="h4">
        Settings
      </Title>
      <Table aria-label="Settings" maw={860}>
        <Table.Tbody>
          {facts.map(([name, value]) => (
            <Table.Tr key={name}>
              <Table.Th scope="row" w={200}>
                {name}
              </Table.Th>
              <Table.Td>{value}</Table.Td>
            </Table.Tr>
          ))}
        </Table.Tbody>
      </Table>
    </Stack>
  )
}

function Codes({ texts, none }: { readonly texts: readonly string[]; readonly none: string }) {
  if (texts.length === 0) return <>{none}</>
  return (
    <Stack gap={2} align="flex-start">
      {texts.map((text) => (
        <Code key={text}>{text}</Code>
      ))}
    </Stack>
  )
}
