import { TextInput, type TextInputProps } from '@mantine/core'

/** When a secret stops being used. In the person's time zone; empty: never. */
export function ExpiryField(props: TextInputProps) {
  return (
    <TextInput
      type="datetime-local"
      label="Expires"
      description="Optional. From then on it is injected into nothing."
      {...props}
    />
  )
}

/** What `ExpiryField` holds, as the API takes it. */
export function expiryOf(entered: string): string | null {
  return entered === '' ? null : new Date(entered).toISOString()
}
