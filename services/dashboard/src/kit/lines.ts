/** Some lists are entered as text, one item per line. */
export function linesOf(text: string): string[] {
  return text
    .split('\n')
    .map((line) => line.trim())
    .filter((line) => line !== '')
}

export const textOf = (items: readonly string[]): string => items.join('\n')
