import { CHAIN_LIMITS } from '../chain/chain-limits.js'
import type { Read } from '../db/read.js'

/** What was made after the server itself is numbered from here on (Postgres, FirstNormalObjectId). */
const MADE_LATER = 'OPERATOR(pg_catalog.>=) 16384::pg_catalog.oid'
const GENUINE = 'OPERATOR(pg_catalog.<) 16384::pg_catalog.oid'
const IS = 'OPERATOR(pg_catalog.=)'

/**
 * Types of an extension's own: no value of management's tables has one, unless a cast makes it so. Domains are left
 * out, because values of the type that a domain is over are of the domain too.
 */
const THEIRS = `SELECT oid FROM pg_catalog.pg_type
    WHERE oid ${MADE_LATER} AND typtype OPERATOR(pg_catalog.<>) 'd'::pg_catalog."char"`
const isTheirs = (type: string): string => `EXISTS (SELECT FROM theirs WHERE theirs.oid ${IS} ${type})`

/**
 * Objects that would be taken for Postgres's own. If Postgres's own function or operator does not have the exact types
 * of a call, Postgres prefers one of the next schema that has them. A cast makes a value fit another function. A family
 * of operators, wherever it stands, says what the operators mean. A login trigger runs before every statement. Each
 * name is written out here and each type is exact, so that this statement means what it says. A function with exactly
 * the types of a genuine one is never found, because the genuine one comes before it.
 */
const LOOKALIKES = `
  WITH theirs AS (${THEIRS}), searched AS (
    SELECT oid FROM pg_catalog.pg_namespace WHERE nspname ${IS} ANY (pg_catalog.current_schemas(true))
  )
  SELECT 'function' AS kind, proname AS name
  FROM pg_catalog.pg_proc AS made JOIN searched ON searched.oid ${IS} pronamespace
  WHERE made.oid ${MADE_LATER}
    AND NOT EXISTS (SELECT FROM theirs JOIN pg_catalog.generate_series(0, pronargs::pg_catalog.int4
        OPERATOR(pg_catalog.-) pronargdefaults::pg_catalog.int4 OPERATOR(pg_catalog.-) 1) AS place
      ON theirs.oid ${IS} proargtypes[place])
    AND EXISTS (SELECT FROM pg_catalog.pg_proc AS one WHERE one.proname ${IS} made.proname AND one.oid ${GENUINE})
    AND (provariadic OPERATOR(pg_catalog.<>) 0::pg_catalog.oid OR pronargdefaults OPERATOR(pg_catalog.>) 0::pg_catalog.int2
      OR NOT EXISTS (SELECT FROM pg_catalog.pg_proc AS one
        WHERE one.proname ${IS} made.proname AND one.proargtypes ${IS} made.proargtypes AND one.oid ${GENUINE}
          AND one.pronamespace ${IS} 'pg_catalog'::pg_catalog.regnamespace::pg_catalog.oid))
  UNION ALL
  SELECT 'operator', oprname FROM pg_catalog.pg_operator AS made JOIN searched ON searched.oid ${IS} oprnamespace
  WHERE made.oid ${MADE_LATER} AND NOT ${isTheirs('oprleft')} AND NOT ${isTheirs('oprright')}
  UNION ALL
  SELECT 'cast to', typname FROM pg_catalog.pg_cast AS made JOIN pg_catalog.pg_type AS target ON target.oid ${IS} casttarget
  WHERE made.oid ${MADE_LATER} AND NOT ${isTheirs('castsource')}
    AND (castcontext ${IS} 'i'::pg_catalog."char" OR NOT ${isTheirs('casttarget')})
  UNION ALL
  SELECT DISTINCT 'family of operators', opfname FROM pg_catalog.pg_amop AS made
  JOIN pg_catalog.pg_operator AS one ON one.oid ${IS} amopopr
  JOIN pg_catalog.pg_opfamily AS family ON family.oid ${IS} amopfamily
  JOIN pg_catalog.pg_am AS method ON method.oid ${IS} amopmethod
  WHERE made.oid ${MADE_LATER} AND one.oid ${GENUINE}
    AND (amname ${IS} 'btree'::pg_catalog.name OR amname ${IS} 'hash'::pg_catalog.name)
  UNION ALL
  SELECT 'login trigger', evtname FROM pg_catalog.pg_event_trigger
  WHERE evtevent ${IS} 'login'::pg_catalog.name AND evtenabled OPERATOR(pg_catalog.<>) 'D'::pg_catalog."char"
  LIMIT ?`

/** Returns the lookalikes. If there are any, nothing else that Postgres is asked for can be relied on. */
export async function findLookalikes(read: Read): Promise<readonly string[]> {
  const rows = await read<{ kind: string; name: string }>(LOOKALIKES, [CHAIN_LIMITS.verify.breaksNamed])
  return rows.map(({ kind, name }) => `a ${kind} named ${name} can be mistaken for one of Postgres’s own`)
}
