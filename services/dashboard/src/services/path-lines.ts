import { linesOf, textOf } from '../kit/lines.js'

type EndpointGroup = { readonly paths: readonly string[] }

/** `text`: patterns of paths, one per line. */
export function allowsGroup(text: string, { paths }: EndpointGroup): boolean {
  const lines = linesOf(text)
  return paths.every((path) => lines.includes(path))
}

/** The lines with the paths of a group added at the end, or without them. */
export function withGroup(text: string, { paths }: EndpointGroup, isAllowed: boolean): string {
  const others = linesOf(text).filter((line) => !paths.includes(line))
  return textOf(isAllowed ? [...others, ...paths] : others)
}
