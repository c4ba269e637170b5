type EndpointGroup = { readonly paths: readonly string[] }

/** Patterns of paths are entered one per line. */
export function linesOf(text: string): string[] {
  return text
    .split('\n')
    .map((line) => line.trim())
    .filter((line) => line !== '')
}

export const textOf = (patterns: readonly string[]): string => patterns.join('\n')

export function allowsGroup(text: string, { paths }: EndpointGroup): boolean {
  const lines = linesOf(text)
  return paths.every((path) => lines.includes(path))
}

/** The lines with the paths of a group added at the end, or without them. */
export function withGroup(text: string, { paths }: EndpointGroup, isAllowed: boolean): string {
  const others = linesOf(text).filter((line) => !paths.includes(line))
  return textOf(isAllowed ? [...others, ...paths] : others)
}
