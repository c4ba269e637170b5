import { canonicalName } from './strip-headers.js'

const plans = new WeakMap()
/** The plan of a route's injection, kept as long as the route is. */
export function planOf(injection) {
  const known = plans.get(injection)
  if (known) return known
  const plan = compile(injection)
  plans.set(injection, plan)
  return plan
}
function compile(injection) {
  const headers = injection.filter((field) => field.kind === 'header')
  const basic = injection.filter((field) => field.kind === 'basic')
  const query = injection.filter((field) => field.kind === 'query')
  return {
    headers,
    basic,
    query,
    path: injection.filter((field) => field.kind === 'path').map((field) => field.value),
    replacedHeaders: new Set([
      ...headers.map((field) => canonicalName(field.name)),
      ...(basic.length > 0 ? ['authorization'] : []),
    ]),
    replacedQueries: new Set(query.map((field) => field.name.toLowerCase())),
    uses: injection.flatMap(usesOf),
  }
}
function usesOf(field) {
  switch (field.kind) {
    case 'header':
      return secretsIn(field.value, { kind: 'header', name: field.name.toLowerCase() })
    case 'query':
      return secretsIn(field.value, { kind: 'query', name: field.name })
    case 'basic':
      return [
        ...secretsIn(field.user, { kind: 'basic-user' }),
        ...secretsIn(field.password, { kind: 'basic-password' }),
      ]
    case 'path':
      return secretsIn(field.value, { kind: 'path', template: pathTemplate(field.value) })
  }
}
function secretsIn(template, placement) {
  return template.flatMap((part) => (part.kind === 'secret' ? [{ secretId: part.secretId, placement }] : []))
}
/** As bindings spell it: `/bot{}`. */
function pathTemplate(template) {
  return `/${template.map((part) => (part.kind === 'literal' ? part.text : '{}')).join('')}`.replace(/^\/\//, '/')
}
//# sourceMappingURL=plan.js.map
