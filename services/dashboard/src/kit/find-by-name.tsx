import { TextInput } from '@mantine/core'
import { useState } from 'react'

/** The field, and what it leaves out of a list. It looks through what was fetched. `what`: such as "an app". */
export function useFindByName(what: string) {
  const [wanted, setWanted] = useState('')
  const needle = wanted.toLowerCase()
  return {
    filter: needle === '' ? undefined : ({ name }: { readonly name: string }) => name.toLowerCase().includes(needle),
    field: (
      <TextInput
        aria-label={`Find ${what} by its name`}
        placeholder="Find by name"
        value={wanted}
        onChange={(event) => setWanted(event.currentTarget.value)}
        maw={320}
        mb="sm"
      />
    ),
  }
}
