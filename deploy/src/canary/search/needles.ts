/** One form in which a planted value could appear. */
export interface Needle {
  readonly form: string
  readonly bytes: Buffer
}

export const NEEDLE_LIMITS = {
  /** Shorter texts occur by chance, so a shorter needle would be found where no value is. */
  bytesMin: 8,
  /** Longer values are also searched for in pieces: Postgres cuts its log at pages of 8 KiB, and logs cut lines. */
  piecesFrom: 256,
  pieceChars: 32,
} as const

/**
 * Every form in which a value is searched for: a text, or bytes that are none. Compressed bytes are unpacked by the
 * search itself.
 */
export function needlesOf(value: string | Buffer): readonly Needle[] {
  const made = typeof value === 'string' ? needlesOfText(value) : needlesOfBytes(value)
  return made.filter(({ bytes }) => bytes.length >= NEEDLE_LIMITS.bytesMin)
}

function needlesOfText(value: string): readonly Needle[] {
  return [...wholeForms(value), ...halves(value), ...pieces(value)].map(asNeedle)
}

function needlesOfBytes(value: Buffer): readonly Needle[] {
  const { pieceChars } = NEEDLE_LIMITS
  const cut = pieceEnds(value.length).map((end) => value.subarray(end - pieceChars, end))
  return [
    { form: 'raw', bytes: value },
    { form: 'reversed', bytes: Buffer.from(value).reverse() },
    ...inBytes(value).map(asNeedle),
    ...cut.flatMap((piece) => [{ form: 'piece', bytes: piece }, ...inBytes(piece).map(ofPiece).map(asNeedle)]),
  ]
}

interface TextForm {
  readonly form: string
  readonly text: string
}

const asNeedle = ({ form, text }: TextForm): Needle => ({ form, bytes: Buffer.from(text, 'utf8') })
const ofPiece = ({ form, text }: TextForm): TextForm => ({ form: `piece, ${form}`, text })

function wholeForms(value: string): readonly TextForm[] {
  const url = encodeURIComponent(value)
  const json = JSON.stringify(value).slice(1, -1)
  return [
    { form: 'raw', text: value },
    ...inBytes(Buffer.from(value, 'utf8')),
    { form: 'url', text: url },
    { form: 'url, lower case', text: url.replace(/%[0-9A-F]{2}/g, (triplet) => triplet.toLowerCase()) },
    { form: 'url, form', text: url.replaceAll('%20', '+') },
    { form: 'url twice', text: encodeURIComponent(url) },
    { form: 'json', text: json },
    { form: 'json, slashes', text: json.replaceAll('/', '\\/') },
    { form: 'json, ascii', text: json.replace(/[^\x20-\x7e]/g, unicodeEscape) },
    { form: 'json twice', text: JSON.stringify(json).slice(1, -1) },
    { form: 'reversed', text: reversed(value) },
  ]
}

/** Hex in both cases, and base64 at each offset in both alphabets. */
function inBytes(bytes: Buffer): readonly TextForm[] {
  const hex = bytes.toString('hex')
  return [
    { form: 'hex', text: hex },
    { form: 'hex, upper case', text: hex.toUpperCase() },
    ...[0, 1, 2].flatMap((shift) => base64At(bytes, shift)),
  ]
}

/**
 * How the bytes look inside a longer base64 text, at one of three alignments, without the characters that depend on the
 * neighbouring bytes.
 */
function base64At(bytes: Buffer, shift: number): readonly TextForm[] {
  const padded = Buffer.concat([Buffer.alloc(shift), bytes])
  const from = Math.ceil((shift * 8) / 6)
  const to = Math.floor((padded.length * 8) / 6)
  return (['base64', 'base64url'] as const).map((encoding) => {
    return { form: `${encoding}+${shift}`, text: padded.toString(encoding).slice(from, to) }
  })
}

/** Each half alone, so that the order of the halves does not matter, and each half reversed. */
function halves(value: string): readonly TextForm[] {
  const chars = [...value]
  const middle = Math.floor(chars.length / 2)
  return [chars.slice(0, middle).join(''), chars.slice(middle).join('')].flatMap((half, index) => [
    { form: `half ${index + 1}`, text: half },
    { form: `half ${index + 1}, reversed`, text: reversed(half) },
  ])
}

function pieces(value: string): readonly TextForm[] {
  return pieceEnds(value.length).flatMap((end) => {
    const piece = value.slice(end - NEEDLE_LIMITS.pieceChars, end)
    return [{ form: 'piece', text: piece }, ...inBytes(Buffer.from(piece, 'utf8')).map(ofPiece)]
  })
}

/** Where the pieces of a long value end. */
function pieceEnds(length: number): readonly number[] {
  const { piecesFrom } = NEEDLE_LIMITS
  return Array.from({ length: Math.floor(length / piecesFrom) }, (_, index) => (index + 1) * piecesFrom)
}

const reversed = (text: string): string => [...text].reverse().join('')

function unicodeEscape(char: string): string {
  return `\\u${char.charCodeAt(0).toString(16).padStart(4, '0')}`
}
