import type { Outcome } from './outcomes.js'

/** Each outcome has a colour and a texture: who does not see one sees the other. Both themes show them with 3:1 or more. */
const TEXTURES: Readonly<Record<Outcome, { readonly color: string; readonly gaps: string }>> = {
  succeeded: { color: 'var(--mantine-color-indigo-5)', gaps: '' },
  refused: { color: 'var(--mantine-color-yellow-9)', gaps: 'M-2 2l4-4M0 8l8-8M6 10l4-4' },
  failed: { color: 'var(--mantine-color-red-8)', gaps: 'M1 2h2M5 6h2' },
  aborted: { color: 'var(--mantine-color-gray-6)', gaps: 'M0 2h8M0 6h8' },
  open: { color: 'var(--mantine-color-gray-6)', gaps: 'M-2 6l4 4M0 0l8 8M6-2l4 4' },
}

const idOf = (outcome: string): string => `texture-${outcome}`

/** For `fill`, once the textures are in the document. */
export const fillOf = (outcome: Outcome): string => `url(#${idOf(outcome)})`

export function Textures() {
  return (
    <defs>
      {Object.entries(TEXTURES).map(([outcome, { color, gaps }]) => (
        <pattern key={outcome} id={idOf(outcome)} width={8} height={8} patternUnits="userSpaceOnUse">
          <rect width={8} height={8} fill={color} />
          <path d={gaps} stroke="var(--mantine-color-body)" strokeWidth={1.2} fill="none" />
        </pattern>
      ))}
    </defs>
  )
}
