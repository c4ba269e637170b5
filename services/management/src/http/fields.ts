import { SLUG } from '@protectmyapi/service-kit/slug'
import { z } from 'zod'

const NAME_CHARS_MAX = 100

/**
 * Every character is seen and none acts on its neighbours. Refused are controls, line breaks, and what is invisible: it
 * changes the direction of text, as U+202E does, or makes two names look alike. U+2800 is a blank that Unicode calls a
 * symbol. A selector behind an emoji chooses its colours.
 */
const SEEN =
  /^(?:[^\p{Cc}\p{Cf}\p{Zl}\p{Zp}\p{Default_Ignorable_Code_Point}\u2800]|(?<=\p{Extended_Pictographic})\ufe0f)*$/u

/** A run of blanks of any width would push the rest out of its column, so that a name passes for a whole row. */
const SINGLE_BLANKS = /^(?!.*\p{Zs}{2})/u

/**
 * The display name of a thing or a person, on one line. In requests alone: names that are stored already stay. The
 * OpenAPI document says it in words, because the regular expressions of few other languages know these classes.
 */
export const Name = z
  .string()
  .trim()
  .min(1)
  .max(NAME_CHARS_MAX)
  .refine(
    (name) => SEEN.test(name),
    'Give one line of visible characters. Type the name anew if you copied it: it holds an invisible one.',
  )
  .refine((name) => SINGLE_BLANKS.test(name), 'Put one blank between words, not several.')
  .meta({ description: 'One line of visible characters, with no more than one blank between two of them.' })

/** A lower-case DNS label (RFC 1123 § 2.1), because a service's slug may stand before the proxy's host suffix. */
export const Slug = z.string().regex(SLUG, 'Give 1 to 63 lower-case letters, digits and hyphens, such as openai-prod.')

const EMAIL_CHARS_MAX = 254

/** Stored and compared in lower case. */
export const Email = z
  .string()
  .trim()
  .max(EMAIL_CHARS_MAX)
  .pipe(z.email('Give an e-mail address.'))
  .transform((text) => text.toLowerCase())

/** Printable ASCII without spaces: a commit, a number, a version id of another store. */
const EXTERNAL_VERSION = /^[\x21-\x7e]{1,128}$/
export const ExternalVersion = z
  .string()
  .regex(EXTERNAL_VERSION, 'Give 1 to 128 printable characters without spaces, such as a version id.')
  .meta({
    description:
      'Your name for this state. While it is in force, putting it again changes nothing. Never use a value or a digest of one.',
  })

/** Room for a moment with nanoseconds and an offset. RFC 3339 sets no limit to the digits of a fraction. */
const MOMENT_CHARS_MAX = 35

/** A moment, in requests. */
export const Moment = z.iso
  .datetime({ offset: true })
  .max(MOMENT_CHARS_MAX)
  .transform((text) => new Date(text))

/** Moments in answers. */
export const Timestamp = z.iso.datetime()
