import type { Alteration, Superuser } from '../superuser.js'

/** Changes of tables after which two readers may read different things. */
export const TABLES: readonly Alteration[] = [
  ...['chain_heads', 'chain_batches', 'chain_checkpoints', undefined].flatMap((given): Alteration[] => {
    const what = given ?? 'the entries'
    const on = (sql: string) => (su: Superuser) => su.run(sql.replaceAll('$', given ?? su.table))
    return [
      [
        `has a view stand for ${what}`,
        on('ALTER TABLE $ RENAME TO genuine; CREATE VIEW $ AS SELECT * FROM genuine'),
        'table-altered',
        null,
      ],
      [
        `puts a copy before ${what}`,
        on(
          'CREATE SCHEMA evil; CREATE TABLE evil.$ (LIKE public.$ INCLUDING ALL); SET LOCAL search_path = evil, public',
        ),
        'table-altered',
        null,
      ],
      [
        `hides rows of ${what}`,
        on('ALTER TABLE $ ENABLE ROW LEVEL SECURITY; CREATE POLICY hide ON $ USING (false)'),
        'table-altered',
        null,
      ],
      [
        `lets ${what} be written otherwise by a rule`,
        on('CREATE RULE evil AS ON DELETE TO $ DO INSTEAD NOTHING'),
        'table-altered',
        null,
      ],
    ]
  }),
  [
    'watches entries by a trigger',
    (su) =>
      su.run(
        `CREATE TRIGGER evil BEFORE INSERT ON ${su.table} FOR EACH ROW EXECUTE FUNCTION chain_checkpoints_previous()`,
      ),
    'table-altered',
    null,
  ],
  [
    'has another table inherit links',
    (su) => su.run('CREATE TABLE evil () INHERITS (chain_batches)'),
    'table-altered',
    null,
  ],
  [
    'keeps the newest signed head twice',
    (su) =>
      su.run(
        'ALTER TABLE chain_checkpoints DROP CONSTRAINT chain_checkpoints_pkey; INSERT INTO chain_checkpoints SELECT * FROM chain_checkpoints',
      ),
    'table-altered',
    null,
  ],
  [
    'keeps the head twice',
    (su) =>
      su.run(
        'ALTER TABLE chain_heads DROP CONSTRAINT chain_heads_pkey; INSERT INTO chain_heads SELECT * FROM chain_heads',
      ),
    'table-altered',
    null,
  ],
  [
    'keeps JSON as it was written',
    (su) => su.run(`ALTER TABLE ${su.table} ALTER COLUMN ${su.json} TYPE json`),
    'table-altered',
    null,
  ],
  [
    'counts in numbers with a fraction',
    (su) => su.run('ALTER TABLE chain_batches ALTER COLUMN entries TYPE numeric'),
    'table-altered',
    null,
  ],
  [
    'compares names of chains otherwise',
    (su) => su.run('ALTER TABLE chain_batches ALTER COLUMN chain TYPE text COLLATE "C"'),
    'table-altered',
    null,
  ],
  [
    'makes the JSON of another column',
    (su) =>
      su.run(
        `ALTER TABLE ${su.table} RENAME COLUMN ${su.json} TO genuine; ALTER TABLE ${su.table} ADD COLUMN ${su.json} jsonb GENERATED ALWAYS AS (genuine) STORED`,
      ),
    'table-altered',
    null,
  ],
  ['removes a table', (su) => su.run('DROP TABLE chain_checkpoints'), 'table-altered', null],
]
