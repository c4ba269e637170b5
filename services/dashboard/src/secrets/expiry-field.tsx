import { TextInput, type TextInputProps } from '@mantine/core'

/** When a secret stops being used, as `kit/local-moment.ts` reads it. Empty: never. */
export function ExpiryField(props: TextInputProps) {
  return (
    <TextInput
      type="datetime-local"
      label="Expires"
      description="Optional. From then on it is put into no request."
      {...props}
    />
  )
}
