-- Programs that call: an account of an organisation with scopes, and its keys, of which only hashes are kept.
CREATE TABLE service_accounts (
    id BLOB NOT NULL PRIMARY KEY,
    organization_id BLOB NOT NULL REFERENCES organizations (id),
    name TEXT NOT NULL,
    description TEXT,
    scopes TEXT NOT NULL,
    expires_on DATE NOT NULL,
    revoked_at BIGINT,
    version INTEGER NOT NULL,
    created_at BIGINT NOT NULL,
    created_by BLOB,
    updated_at BIGINT NOT NULL,
    updated_by BLOB
);
CREATE INDEX service_accounts_organization ON service_accounts (organization_id, id);

CREATE TABLE service_keys (
    id BLOB NOT NULL PRIMARY KEY,
    account_id BLOB NOT NULL REFERENCES service_accounts (id),
    hash TEXT NOT NULL,
    created_at BIGINT NOT NULL,
    ends_at BIGINT,
    last_used_at BIGINT
);
CREATE INDEX service_keys_account ON service_keys (account_id);
