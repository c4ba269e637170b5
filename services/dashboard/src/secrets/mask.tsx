import { Code } from '@mantine/core'

/** What is shown of a value: the vendor's prefix at most, as management masks it. */
export function Mask({ mask }: { readonly mask: string }) {
  return <Code style={{ whiteSpace: 'nowrap' }}>{mask}</Code>
}
