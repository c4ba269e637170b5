import type { Migration } from '@protectmyapi/service-kit/postgres/migrate'

/** API services, apps, and what links them. */
export const catalog: Migration = {
  name: '0003-catalog',
  async up(db) {
    await db.raw(`
      CREATE TABLE services (
        id text PRIMARY KEY,
        organization_id text NOT NULL REFERENCES organizations (id),
        slug text NOT NULL,
        name text NOT NULL,
        preset text,
        base_url text NOT NULL,
        -- What the operator wrote, shown back: auth type and its fields, with secret ids in the place of names.
        auth jsonb NOT NULL,
        -- Extra headers as parsed templates.
        extra_headers jsonb NOT NULL,
        methods text[] NOT NULL,
        paths text[] NOT NULL,
        limits jsonb NOT NULL,
        timeout_ms integer NOT NULL,
        scrub boolean NOT NULL DEFAULT true,
        enabled boolean NOT NULL DEFAULT true,
        generation bigint NOT NULL DEFAULT 1,
        created_at timestamptz NOT NULL DEFAULT now(),
        updated_at timestamptz NOT NULL DEFAULT now(),
        deleted_at timestamptz
      );
      CREATE UNIQUE INDEX services_slug ON services (organization_id, slug) WHERE deleted_at IS NULL;

      -- Which secrets a service names. No foreign key: a deleted id stays named, and never heals by name.
      CREATE TABLE service_secrets (
        organization_id text NOT NULL,
        service_id text NOT NULL REFERENCES services (id),
        secret_id text NOT NULL,
        PRIMARY KEY (service_id, secret_id)
      );
      CREATE INDEX service_secrets_secret ON service_secrets (organization_id, secret_id);

      CREATE TABLE apps (
        id text PRIMARY KEY,
        organization_id text NOT NULL REFERENCES organizations (id),
        slug text NOT NULL,
        name text NOT NULL,
        platform text NOT NULL CHECK (platform IN ('ios', 'android', 'flutter', 'react-native')),
        -- Publishable, so kept as it is.
        token text NOT NULL UNIQUE,
        policy text NOT NULL CHECK (policy IN ('enforce', 'audit', 'off')),
        enabled boolean NOT NULL DEFAULT true,
        limits jsonb NOT NULL DEFAULT '[]',
        generation bigint NOT NULL DEFAULT 1,
        created_at timestamptz NOT NULL DEFAULT now(),
        updated_at timestamptz NOT NULL DEFAULT now(),
        deleted_at timestamptz
      );
      CREATE UNIQUE INDEX apps_slug ON apps (organization_id, slug) WHERE deleted_at IS NULL;

      CREATE TABLE links (
        id text PRIMARY KEY,
        organization_id text NOT NULL,
        app_id text NOT NULL REFERENCES apps (id),
        service_id text NOT NULL REFERENCES services (id),
        created_at timestamptz NOT NULL DEFAULT now(),
        UNIQUE (app_id, service_id)
      );
      CREATE INDEX links_service ON links (service_id);

      CREATE TABLE debug_tokens (
        id text PRIMARY KEY,
        organization_id text NOT NULL,
        app_id text NOT NULL REFERENCES apps (id),
        name text NOT NULL,
        token_hash bytea NOT NULL UNIQUE,
        created_by text NOT NULL,
        created_at timestamptz NOT NULL DEFAULT now(),
        expires_at timestamptz NOT NULL,
        last_used_at timestamptz,
        revoked_at timestamptz
      );
      CREATE INDEX debug_tokens_app ON debug_tokens (organization_id, app_id);

      CREATE TABLE devices (
        id text PRIMARY KEY,
        organization_id text NOT NULL,
        app_id text NOT NULL REFERENCES apps (id),
        kind text NOT NULL CHECK (kind IN ('debug')),
        debug_token_id text REFERENCES debug_tokens (id),
        generation bigint NOT NULL DEFAULT 1,
        created_at timestamptz NOT NULL DEFAULT now(),
        last_seen_at timestamptz NOT NULL DEFAULT now(),
        revoked_at timestamptz
      );
      CREATE INDEX devices_app ON devices (organization_id, app_id, id);
      CREATE INDEX devices_debug_token ON devices (debug_token_id);

      -- Sessions that were sold and have not expired yet; pruned. Proxies verify sessions without it.
      CREATE TABLE app_sessions (
        id text PRIMARY KEY,
        organization_id text NOT NULL,
        app_id text NOT NULL,
        device_id text NOT NULL REFERENCES devices (id),
        created_at timestamptz NOT NULL DEFAULT now(),
        expires_at timestamptz NOT NULL,
        revoked_at timestamptz
      );
      CREATE INDEX app_sessions_device ON app_sessions (organization_id, device_id);
      CREATE INDEX app_sessions_expiry ON app_sessions (expires_at);
    `)
  },
}
