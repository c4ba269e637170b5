import type { Migration } from '@protectmyapi/service-kit/postgres/migrate'

/** People, and the organizations that they belong to. */
export const people: Migration = {
  name: '0001-people',
  async up(db) {
    await db.raw(`
      CREATE TABLE installation (
        only_row boolean PRIMARY KEY DEFAULT true CHECK (only_row),
        id text NOT NULL,
        setup_token_hash bytea,
        created_at timestamptz NOT NULL DEFAULT now()
      );

      CREATE TABLE users (
        id text PRIMARY KEY,
        email text NOT NULL,
        name text NOT NULL,
        password_hash text,
        created_at timestamptz NOT NULL DEFAULT now(),
        CONSTRAINT users_email_lower CHECK (email = lower(email))
      );
      CREATE UNIQUE INDEX users_email ON users (email);

      CREATE TABLE sign_ins (
        id text PRIMARY KEY,
        token_hash bytea NOT NULL UNIQUE,
        user_id text NOT NULL REFERENCES users (id) ON DELETE CASCADE,
        created_at timestamptz NOT NULL DEFAULT now(),
        last_used_at timestamptz NOT NULL DEFAULT now(),
        expires_at timestamptz NOT NULL,
        address text NOT NULL,
        user_agent text NOT NULL
      );
      CREATE INDEX sign_ins_user ON sign_ins (user_id);

      -- Attempts to sign in, for the limit; pruned.
      CREATE TABLE sign_in_attempts (
        subject text NOT NULL,
        at timestamptz NOT NULL DEFAULT now()
      );
      CREATE INDEX sign_in_attempts_subject ON sign_in_attempts (subject, at);

      CREATE TABLE organizations (
        id text PRIMARY KEY,
        slug text NOT NULL,
        name text NOT NULL,
        -- A deleted one keeps its row (its id must never be taken for a new one), not its slug.
        state text NOT NULL CHECK (state IN ('active', 'deleted')),
        generation bigint NOT NULL DEFAULT 1,
        created_at timestamptz NOT NULL DEFAULT now(),
        updated_at timestamptz NOT NULL DEFAULT now(),
        deleted_at timestamptz,
        -- Set when the vault has confirmed that the data keys are gone.
        shredded_at timestamptz
      );
      CREATE UNIQUE INDEX organizations_slug ON organizations (slug) WHERE state = 'active';

      CREATE TABLE members (
        organization_id text NOT NULL REFERENCES organizations (id),
        user_id text NOT NULL REFERENCES users (id) ON DELETE CASCADE,
        role text NOT NULL CHECK (role IN ('owner', 'admin', 'member')),
        created_at timestamptz NOT NULL DEFAULT now(),
        PRIMARY KEY (organization_id, user_id)
      );
      CREATE INDEX members_user ON members (user_id);

      CREATE TABLE invitations (
        id text PRIMARY KEY,
        organization_id text NOT NULL REFERENCES organizations (id),
        email text NOT NULL,
        role text NOT NULL CHECK (role IN ('owner', 'admin', 'member')),
        token_hash bytea NOT NULL UNIQUE,
        created_by text NOT NULL,
        created_at timestamptz NOT NULL DEFAULT now(),
        expires_at timestamptz NOT NULL,
        accepted_at timestamptz,
        revoked_at timestamptz
      );
      CREATE INDEX invitations_organization ON invitations (organization_id, created_at);
    `)
  },
}
