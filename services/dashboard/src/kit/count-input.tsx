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
  const [entered, setEntered] = useState<number | string>(value)
  return (
    <NumberInput
      label={label}
      w={w}
      min={1}
      clampBehavior="none"
      allowDecimal={false}
      allowNegative={false}
      thousandSeparator=","
      value={entered}
      onChange={(typed) => {
        setEntered(typed)
        if (typeof typed === 'number' && typed >= 1) onChange(typed)
      }}
      onBlur={() => setEntered(value)}
    />
  )
}
