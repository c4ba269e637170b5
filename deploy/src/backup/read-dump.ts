import { DumpEnd, DumpHead, DumpTable, END, HEAD, TABLE } from './dump-format.js'

/** Receives the contents of a dump, in their order. */
export interface DumpTaker {
  head(head: DumpHead): Promise<void>
  table(table: DumpTable): Promise<void>
  /** Whole lines, as COPY takes them, of the table announced last. */
  rows(lines: Buffer): Promise<void>
  endOfTable(): Promise<void>
}

const NEWLINE = 0x0a

const LIMITS = {
  /**
   * The longest line, which is held in memory until its end has come. The longest rows that the product writes take
   * some hundred kilobytes.
   */
  lineBytesMax: 16 * 1024 * 1024,
} as const

/**
 * @throws Error where the script is no dump, or not complete: what the taker has received by then must be discarded.
 */
export async function readDump(script: AsyncIterable<Buffer>, taker: DumpTaker): Promise<DumpHead> {
  const counted = new Map<string, number>()
  let head: DumpHead | undefined
  let table: DumpTable | undefined
  let inRows = false
  let end: unknown

  const take = async (line: string): Promise<void> => {
    if (head === undefined) {
      if (!line.startsWith(HEAD)) throw new Error('it is not a backup of ProtectMyAPI')
      head = DumpHead.parse(JSON.parse(line.slice(HEAD.length)))
      await taker.head(head)
    } else if (line.startsWith(TABLE)) {
      table = DumpTable.parse(JSON.parse(line.slice(TABLE.length)))
      counted.set(table.name, 0)
      await taker.table(table)
    } else if (line.startsWith('COPY ')) inRows = true
    else if (line.startsWith(END)) end = JSON.parse(line.slice(END.length))
  }

  let rest: Buffer = Buffer.alloc(0)
  for await (const chunk of script) {
    const data = rest.length === 0 ? chunk : Buffer.concat([rest, chunk])
    let at = 0
    let rowsFrom = 0
    let rows = 0
    const handOver = async (): Promise<void> => {
      if (table === undefined || rows === 0) return
      counted.set(table.name, (counted.get(table.name) ?? 0) + rows)
      await taker.rows(data.subarray(rowsFrom, at))
      rows = 0
    }
    for (let newline = data.indexOf(NEWLINE); newline !== -1; newline = data.indexOf(NEWLINE, at)) {
      if (inRows && !isEndOfRows(data, at, newline)) {
        if (rows === 0) rowsFrom = at
        rows += 1
      } else if (inRows) {
        await handOver()
        inRows = false
        await taker.endOfTable()
      } else await take(data.toString('utf8', at, newline))
      at = newline + 1
    }
    await handOver()
    rest = data.subarray(at)
    if (rest.length > LIMITS.lineBytesMax) throw new Error('it has a line that is longer than any row may be')
  }

  if (head === undefined) throw new Error('it is empty')
  compareRows(end, counted)
  return head
}

/** @throws Error where the end of the dump is missing, or states other numbers of rows than were read. */
function compareRows(end: unknown, counted: ReadonlyMap<string, number>): void {
  const expected = DumpEnd.safeParse(end)
  if (!expected.success) throw new Error('it is cut off')
  const tables = Object.entries(expected.data)
  if (tables.length !== counted.size || tables.some(([name, rows]) => counted.get(name) !== rows))
    throw new Error('it does not have the number of rows stated at its end')
}

/** Whether the line is `\.` and nothing else, which no row is. */
function isEndOfRows(data: Buffer, from: number, newline: number): boolean {
  return newline - from === 2 && data[from] === 0x5c && data[from + 1] === 0x2e
}
