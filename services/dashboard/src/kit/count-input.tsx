import { NumberInput } from '@mantine/core'
import { useState } from 'react'

interface CountInputProps {
  readonly label: string
  readonly w: number
  readonly value: number
  readonly onChange: (count: number) => void
}

/** A whole number from 1. May be empty while somebody types; who leaves it empty gets the last number back. */
export function CountInput({ label, w, value, onChange }: CountInputProps) {
  // Only while somebody types: otherwise a row that takes a removed one's place would show that one's number.
  const [typed, setTyped] = useState<number | string>()
  return (
    <NumberInput
      label={label}
      w={w}
      min={1}
      clampBehavior="none"
      allowDecimal={false}
      allowNegative={false}
      thousandSeparator=","
      value={typed ?? value}
      onChange={(entered) => {
        setTyped(entered)
        if (typeof entered === 'number' && entered >= 1) onChange(entered)
      }}
      onBlur={() => setTyped(undefined)}
    />
  )
}
