import { Button, Container, Stack, Text, Title } from '@mantine/core'
import { Link, Navigate, useLocation } from '@tanstack/react-router'
import { asProblem } from '../api/problem.js'
import { ProblemAlert } from '../kit/problem-alert.js'

/** In place of a page whose data could not be had. */
export function WentWrong({ error, reset }: { readonly error: unknown; readonly reset: () => void }) {
  const { href } = useLocation()
  const problem = asProblem(error)
  if (problem.isSignedOut) return <Navigate to="/sign-in" search={{ next: href }} replace />
  return (
    <Container size="xs" pt="xl">
      <Stack>
        <ProblemAlert problem={problem} />
        <Button onClick={reset} variant="default">
          Try again
        </Button>
        <Text component={Link} to="/" size="sm">
          To your organizations
        </Text>
      </Stack>
    </Container>
  )
}

export function NotFound() {
  return (
    <Container size="xs" pt="xl">
      <Title order={1}>There is no such page</Title>
      <Text component={Link} to="/">
        To your organizations
      </Text>
    </Container>
  )
}
