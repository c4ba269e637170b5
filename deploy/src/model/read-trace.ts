/** One step of a counterexample: which process executed which line of the model, and what that changed. */
export interface Step {
  readonly who: string
  readonly line: number
  readonly changes: readonly string[]
}

const STATEMENT = /^\s*(\d+):\s+proc\s+\d+ \((\S+?):\d+\) \S+?:(\d+) \(state/
const VALUE = /^\s+(\w+(?:\[\d+\])?) = (\d+)$/
/** Loop counters of the model. */
const SCRATCH = new Set(['i', 'j'])
/** The names of Writer's states, by number. */
const WRITER_STATES = ['IDLE', 'PUTTING', 'LIST', 'WAIT', 'DONE', 'FAILED', 'CRASHED'] as const

/**
 * Reads a trail replayed with `spin -t -p -g`, which prints every variable at every step. Each step here has its first
 * line, which is its guard, and only the variables that it changed. The start of the processes is left out.
 */
export function readTrace(text: string): readonly Step[] {
  const steps: Step[] = []
  const values = new Map<string, string>()
  let before = new Map<string, string>()
  let current: { number: string; who: string; line: number } | undefined

  function close(): void {
    if (current && current.who !== ':init:') {
      const changed = [...values].filter(([name, value]) => !SCRATCH.has(name) && before.get(name) !== value)
      const changes = changed.map(
        ([name, value]) => `${name} ${said(name, before.get(name) ?? '0')}→${said(name, value)}`,
      )
      steps.push({ who: current.who, line: current.line, changes })
    }
    before = new Map(values)
  }

  for (const line of text.split('\n')) {
    const [, number, who, at] = STATEMENT.exec(line) ?? []
    if (number !== undefined && who !== undefined && number !== current?.number) {
      close()
      current = { number, who, line: Number(at) }
    }
    const [, name, value] = VALUE.exec(line) ?? []
    if (name !== undefined && value !== undefined) values.set(name, value)
  }
  close()
  return steps
}

/** The steps as text for people, with the lines of the model. */
export function traceText(steps: readonly Step[], model: string): string {
  const lines = model.split('\n')
  return steps
    .map(({ who, line, changes }, index) => {
      const code = (lines[line - 1] ?? '').trim().replace(/^:: d_step \{ /, '')
      const head = `${String(index + 1).padStart(3)}  ${who.padEnd(6)}  ${String(line).padStart(3)}: ${code}`
      return changes.length === 0 ? head : `${head}\n${' '.repeat(18)}${changes.join(', ')}`
    })
    .join('\n')
}

function said(name: string, value: string): string {
  return name.startsWith('st[') ? (WRITER_STATES[Number(value)] ?? value) : value
}
