import type { Migration } from '@protectmyapi/service-kit/postgres/migrate'

/** How apps prove that they are genuine, and which devices did. */
export const attestation: Migration = {
  name: '0025-attestation',
  async up(db) {
    await db.raw(`
      ALTER TABLE apps
        ADD COLUMN attestation jsonb NOT NULL DEFAULT '{"apple": null, "android": null, "firebase": null}';

      ALTER TABLE devices DROP CONSTRAINT devices_kind_check;
      ALTER TABLE devices
        ADD CONSTRAINT devices_kind_check CHECK (kind IN ('debug', 'app-attest', 'play-integrity', 'app-check')),
        -- SHA-256 of the id that the installed app made for itself. NULL: a device of another kind.
        ADD COLUMN installation_hash bytea,
        ADD CONSTRAINT devices_installation_check
          CHECK ((kind IN ('play-integrity', 'app-check')) = (installation_hash IS NOT NULL));
      CREATE UNIQUE INDEX devices_installation ON devices (app_id, kind, installation_hash)
        WHERE installation_hash IS NOT NULL;

      -- Keys in the Secure Enclaves of devices, attested by Apple. A key stays when its device is revoked, so that it
      -- cannot be registered again.
      CREATE TABLE app_attest_keys (
        -- SHA-256 of the public key: nobody else can have the same.
        key_id bytea PRIMARY KEY,
        device_id text NOT NULL UNIQUE REFERENCES devices (id),
        organization_id text NOT NULL,
        app_id text NOT NULL REFERENCES apps (id),
        -- SubjectPublicKeyInfo, DER.
        public_key bytea NOT NULL,
        bundle_id text NOT NULL,
        environment text NOT NULL CHECK (environment IN ('production', 'development')),
        -- Of the last assertion; the next one's is greater.
        counter bigint NOT NULL DEFAULT 0,
        -- For Apple's assessment of fraud, which takes it and returns the next one.
        receipt bytea NOT NULL,
        created_at timestamptz NOT NULL DEFAULT now()
      );

      -- Which installation brought a token of App Check first, until the token ends; pruned. A token names no device, so
      -- without this one token would pass for any number of them.
      CREATE TABLE app_check_tokens (
        -- SHA-256 of what is signed.
        token_hash bytea PRIMARY KEY,
        device_id text NOT NULL REFERENCES devices (id),
        expires_at timestamptz NOT NULL
      );
      CREATE INDEX app_check_tokens_expiry ON app_check_tokens (expires_at);

      -- Challenges that were used, until they would have expired; pruned.
      CREATE TABLE used_challenges (
        id text PRIMARY KEY,
        expires_at timestamptz NOT NULL
      );
      CREATE INDEX used_challenges_expiry ON used_challenges (expires_at);
    `)
  },
}
