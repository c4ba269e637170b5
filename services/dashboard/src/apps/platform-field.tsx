import { Select, type SelectProps } from '@mantine/core'
import { PLATFORMS } from './platforms.js'

export function PlatformField(props: SelectProps) {
  return (
    <Select
      label="Platform"
      allowDeselect={false}
      data={Object.entries(PLATFORMS).map(([value, label]) => ({ value, label }))}
      {...props}
    />
  )
}
