import { Alert, MultiSelect, Stack, Textarea } from '@mantine/core'
import type { UseFormReturnType } from '@mantine/form'
import type { Preset } from '../api/types.js'
import { LimitsFields } from '../kit/limits-fields.js'
import { linesOf } from '../kit/lines.js'
import { EndpointGroups } from './endpoint-groups.js'
import { METHODS, type ServiceForm } from './service-form.js'

interface RequestsFieldsProps {
  readonly form: UseFormReturnType<ServiceForm>
  readonly preset: Preset | undefined
}

/** Which requests are forwarded, and how many. */
export function RequestsFields({ form, preset }: RequestsFieldsProps) {
  const { methods, paths, limits } = form.values
  return (
    <Stack>
      {preset ? (
        <EndpointGroups preset={preset} paths={paths} onChange={(changed) => form.setFieldValue('paths', changed)} />
      ) : null}
      <Textarea
        label="Allowed paths"
        description="One per line, in whole segments: * for one segment, ** for any number, such as /v1/chat/**."
        autosize
        minRows={3}
        maxRows={12}
        styles={{ input: { fontFamily: 'monospace' } }}
        {...form.getInputProps('paths')}
      />
      {linesOf(paths).length === 0 ? (
        <Alert color="yellow" variant="light" role="status">
          No path is named, so every path is allowed: apps can call all that the key can do. Name those that your app
          needs.
        </Alert>
      ) : null}
      <MultiSelect
        label="Allowed methods"
        description={methods.length === 0 ? 'None is chosen, so every method is allowed.' : undefined}
        data={METHODS}
        {...form.getInputProps('methods')}
      />
      <LimitsFields
        value={limits}
        scopes={['device', 'app', 'service', 'organization']}
        error={form.errors.limits}
        onChange={(changed) => form.setFieldValue('limits', changed)}
      />
    </Stack>
  )
}
