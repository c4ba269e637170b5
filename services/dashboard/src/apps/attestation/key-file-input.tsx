import { Button, FileButton, Group, PasswordInput, Text } from '@mantine/core'
import type { UseFormReturnType } from '@mantine/form'
import { useRef, useState } from 'react'
import type { CredentialForm } from './credential-form.js'
import { readKeyFile } from './read-key-file.js'

/** A service account's key: its file, or what stands in it. */
export function KeyFileInput({ form }: { readonly form: UseFormReturnType<CredentialForm> }) {
  const [read, setRead] = useState<string>()
  const forgetFile = useRef<() => void>(null)

  async function choose(file: File | null): Promise<void> {
    // So that the same file can be chosen again.
    forgetFile.current?.()
    if (file === null) return
    try {
      form.setFieldValue('json', await readKeyFile(file))
      setRead(file.name)
    } catch (thrown) {
      form.setFieldError('json', thrown instanceof Error ? thrown.message : String(thrown))
    }
  }

  const input = form.getInputProps('json')
  return (
    <>
      <PasswordInput
        label="JSON key"
        description="Paste all that stands in the file, or choose it. It is never shown again. Google Cloud, in the project that is linked to the app in the Play Console → IAM & Admin → Service accounts → Keys → Add key → JSON."
        autoComplete="new-password"
        data-1p-ignore
        required
        {...input}
        onChange={(event) => {
          setRead(undefined)
          input.onChange(event)
        }}
      />
      <Group gap="sm">
        <FileButton accept="application/json,.json" resetRef={forgetFile} onChange={(file) => void choose(file)}>
          {(props) => (
            <Button variant="default" size="compact-sm" {...props}>
              Choose the file
            </Button>
          )}
        </FileButton>
        <Text size="sm" role="status">
          {read === undefined ? '' : `${read} is read.`}
        </Text>
      </Group>
    </>
  )
}
