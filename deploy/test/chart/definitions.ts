import { readFile } from 'node:fs/promises'
import path from 'node:path'
import { parse } from 'yaml'
import { z } from 'zod'

const Definition = z.object({
  spec: z.object({
    names: z.object({ kind: z.string() }),
    versions: z.array(z.object({ schema: z.object({ openAPIV3Schema: z.record(z.string(), z.unknown()) }) })),
  }),
})

/**
 * Schemas from the Prometheus operator's definitions of each kind, as strict as `--validate=strict`: unknown fields are
 * refused.
 */
export async function definedKinds(): Promise<ReadonlyMap<string, z.ZodType>> {
  const files = process.env.PMA_DEFINITIONS?.split(path.delimiter)
  if (files === undefined) throw new Error('PMA_DEFINITIONS is not set: make chart-test sets it')
  const kinds = files.map(async (file) => {
    const { names, versions } = Definition.parse(parse(await readFile(file, 'utf8'))).spec
    const schema = strict(versions[0]?.schema.openAPIV3Schema) as z.core.JSONSchema.JSONSchema
    // Kubernetes itself describes the metadata.
    const properties = { ...schema.properties, metadata: { type: 'object' as const } }
    return [names.kind, z.fromJSONSchema({ ...schema, properties }, { defaultTarget: 'openapi-3.0' })] as const
  })
  return new Map(await Promise.all(kinds))
}

function strict(schema: unknown): unknown {
  if (Array.isArray(schema)) return schema.map(strict)
  if (typeof schema !== 'object' || schema === null) return schema
  const made: Record<string, unknown> = {}
  for (const [name, value] of Object.entries(schema)) made[name] = strict(value)
  if ('properties' in made && made.type === 'object') made.additionalProperties ??= false
  // Go's notation for case-insensitive patterns, which JavaScript does not have.
  if (typeof made.pattern === 'string' && made.pattern.includes('(?i)')) delete made.pattern
  return made
}
