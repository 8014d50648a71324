-- Programs that call: an account of an organisation with scopes, and its keys, of which only hashes are kept.
CREATE TABLE service_accounts (
    id UUID NOT NULL PRIMARY KEY,
    organization_id UUID NOT NULL REFERENCES organizations (id),
    name TEXT NOT NULL,
    description TEXT,
    scopes JSONB NOT NULL,
    expires_on DATE NOT NULL,
    revoked_at TIMESTAMPTZ,
    version INTEGER NOT NULL,
    created_at TIMESTAMPTZ NOT NULL,
    created_by UUID,
    updated_at TIMESTAMPTZ NOT NULL,
    updated_by UUID
);
CREATE INDEX service_accounts_organization ON service_accounts (organization_id, id);

CREATE TABLE service_keys (
    id UUID NOT NULL PRIMARY KEY,
    account_id UUID NOT NULL REFERENCES service_accounts (id),
    hash TEXT NOT NULL,
    created_at TIMESTAMPTZ NOT NULL,
    ends_at TIMESTAMPTZ,
    last_used_at TIMESTAMPTZ
);
CREATE INDEX service_keys_account ON service_keys (account_id);
