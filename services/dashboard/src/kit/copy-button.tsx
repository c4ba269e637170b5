import { Button, type ButtonProps, CopyButton as Copying } from '@mantine/core'

interface CopyButtonProps extends Pick<ButtonProps, 'variant' | 'size'> {
  readonly label?: string
  readonly value: string
}

/** Copies a text, and says so. */
export function CopyButton({ label = 'Copy', value, ...props }: CopyButtonProps) {
  return (
    <Copying value={value}>
      {({ copied, copy }) => (
        <Button {...props} onClick={copy}>
          {copied ? 'Copied' : label}
        </Button>
      )}
    </Copying>
  )
}
