import { Textarea } from '@mantine/core'
import type { UseFormReturnType } from '@mantine/form'
import type { ReactNode } from 'react'
import type { AttestationForm } from './attestation-form.js'
import { wrongEntries } from './wrong-entries.js'

interface ListInputProps {
  readonly form: UseFormReturnType<AttestationForm>
  readonly path: string
  readonly label: string
  readonly description: ReactNode
  readonly placeholder: string
}

/** A list, one per line. Management says which of them are wrong. */
export function ListInput({ form, path, ...texts }: ListInputProps) {
  const input = form.getInputProps(path)
  return (
    <Textarea
      {...texts}
      required
      autosize
      minRows={2}
      maxRows={8}
      spellCheck={false}
      styles={{ input: { fontFamily: 'monospace' } }}
      {...input}
      error={wrongEntries(form.errors, path, String(input.value))}
    />
  )
}
