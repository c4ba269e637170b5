import { Alert, Radio, type RadioGroupProps, Stack } from '@mantine/core'
import { POLICIES, type Policy } from './policies.js'

type PolicyFieldProps = Omit<RadioGroupProps, 'children' | 'value'> & { readonly value: Policy }

export function PolicyField(props: PolicyFieldProps) {
  return (
    <Radio.Group label="Policy" description="What the app has to show at each request." {...props}>
      <Stack gap="xs" mt="xs">
        {Object.entries(POLICIES).map(([policy, { label, means }]) => (
          <Radio key={policy} value={policy} label={label} description={means} />
        ))}
        <Alert color="yellow" variant="light" p="xs">
          {POLICIES[props.value].consequence}
        </Alert>
      </Stack>
    </Radio.Group>
  )
}
