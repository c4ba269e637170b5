import { FAULTS, type FaultSpec, isFaultCode } from '@protectmyapi/service-kit/faults'
import { z } from 'zod'
import { ExternalVersion } from '../../http/fields.js'
import { type Route, route } from '../../http/route.js'
import type { SecretDeps } from '../secret-deps.js'
import { BindingsInput, InForceView, SecretName } from '../secret-schemas.js'
import { IMPORT_LIMITS } from './import-limits.js'
import { countOutcomes, type ImportedLine, importSecrets } from './import-secrets.js'

const PRESET_CHARS_MAX = 64

const byName = <Schema extends z.ZodType>(schema: Schema) =>
  z
    .record(SecretName, schema)
    .refine((named) => Object.keys(named).length <= IMPORT_LIMITS.entriesMax, `At most ${IMPORT_LIMITS.entriesMax}.`)

const ImportInput = z.strictObject({
  text: z
    .string()
    .max(IMPORT_LIMITS.textCharsMax)
    .meta({ writeOnly: true, description: 'The content of the file. docs/automation.md describes its format.' }),
  dryRun: z.boolean().default(false).meta({ description: 'Reports what would be done, and changes nothing.' }),
  bindings: byName(BindingsInput)
    .default({})
    .meta({ description: 'Bindings by name, for new secrets whose names no preset recommends.' }),
  presets: byName(z.string().max(PRESET_CHARS_MAX))
    .default({})
    .meta({ description: 'Ids of presets, by name of the secret.' }),
  externalVersion: ExternalVersion.optional(),
})

const LineView = z.object({
  line: z.int(),
  name: z.string().nullable().meta({ description: 'Null if the name is not known: see the line.' }),
  outcome: z.enum(['created', 'replaced', 'unchanged', 'refused']),
  code: z.enum(Object.keys(FAULTS).filter(isFaultCode)).nullable(),
  detail: z.string().nullable(),
})

export function importRoute(deps: SecretDeps): Route {
  return route({
    method: 'POST',
    path: '/orgs/{org}/secrets/import',
    summary: 'Import a .env file, line by line; answers once no proxy uses a replaced value',
    description:
      'Each line is put by its name, and an invalid line does not affect the others: check `counts.refused`. `unchanged` means that the external version is in force already; values are never compared. Importing the same file again is safe.',
    permission: 'secrets:write',
    body: ImportInput,
    answers: {
      status: 200,
      body: z.object({
        dryRun: z.boolean(),
        counts: z.object({ created: z.int(), replaced: z.int(), unchanged: z.int(), refused: z.int() }),
        lines: z.array(LineView),
        inForce: InForceView.nullable().meta({ description: 'Null for a dry run.' }),
      }),
    },
    handle: async ({ actor, org, body }) => {
      const { externalVersion, ...rest } = body
      const asked = { ...rest, organizationId: org.id, externalVersion }
      const { lines, inForce } = await importSecrets(deps, actor, asked)
      return { body: { dryRun: body.dryRun, counts: countOutcomes(lines), lines: lines.map(presentLine), inForce } }
    },
  })
}

function presentLine({ line, name, outcome, fault }: ImportedLine): z.input<typeof LineView> {
  if (!fault) return { line, name, outcome, code: null, detail: null }
  // Details of the fields, if there are any, say more than the general sentence. Neither ever quotes the file.
  const detail = fault.details.errors?.map((error) => error.detail).join(' ') ?? fault.say
  const spec: FaultSpec = FAULTS[fault.code]
  const shown = spec.shownAs
  return { line, name, outcome, code: isFaultCode(shown) ? shown : fault.code, detail }
}
