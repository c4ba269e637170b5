import { Center, Loader } from '@mantine/core'

/** In place of a page that is on its way. */
export function Waiting() {
  return (
    <Center py="xl">
      <Loader aria-label="Loading the page" />
    </Center>
  )
}
