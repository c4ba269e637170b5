import { Fieldset, Stack, Switch, type SwitchProps } from '@mantine/core'
import type { ReactNode } from 'react'

interface WayFieldsProps {
  readonly legend: string
  /** Who is asked, and for which phones. */
  readonly about: string
  /** Of the switch: whether proofs of this kind are accepted. */
  readonly accepted: SwitchProps
  readonly isOn: boolean
  readonly children: ReactNode
}

/** One way in which copies of an app can prove that they are genuine. */
export function WayFields({ legend, about, accepted, isOn, children }: WayFieldsProps) {
  return (
    <Fieldset legend={legend}>
      <Stack>
        <Switch label={`Accept ${legend}`} description={about} {...accepted} />
        {isOn ? children : null}
      </Stack>
    </Fieldset>
  )
}
