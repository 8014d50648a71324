-- What every slice stands on: provinces, organisations, people, access, journal, idempotency.
CREATE TABLE provinces (
    id UUID NOT NULL PRIMARY KEY,
    code TEXT NOT NULL UNIQUE,
    name TEXT NOT NULL,
    short_name TEXT NOT NULL,
    kind TEXT NOT NULL,
    state TEXT NOT NULL,
    valid_from DATE,
    valid_to DATE,
    successor_id UUID REFERENCES provinces (id),
    seed_key TEXT UNIQUE,
    version INTEGER NOT NULL,
    created_at TIMESTAMPTZ NOT NULL,
    updated_at TIMESTAMPTZ NOT NULL
);
CREATE INDEX provinces_successor ON provinces (successor_id);

CREATE TABLE organizations (
    id UUID NOT NULL PRIMARY KEY,
    province_id UUID NOT NULL REFERENCES provinces (id),
    parent_id UUID REFERENCES organizations (id),
    code TEXT NOT NULL,
    electronic_identifier TEXT,
    name TEXT NOT NULL,
    name_en TEXT,
    short_name TEXT,
    name_fold TEXT NOT NULL,
    kind TEXT NOT NULL,
    level TEXT NOT NULL,
    has_users BOOLEAN NOT NULL,
    state TEXT NOT NULL,
    valid_from DATE,
    valid_to DATE,
    archived_at TIMESTAMPTZ,
    seed_key TEXT,
    version INTEGER NOT NULL,
    created_at TIMESTAMPTZ NOT NULL,
    created_by UUID,
    updated_at TIMESTAMPTZ NOT NULL,
    updated_by UUID,
    UNIQUE (province_id, code),
    UNIQUE (province_id, seed_key)
);
CREATE INDEX organizations_parent ON organizations (parent_id);
CREATE INDEX organizations_province ON organizations (province_id, id);

CREATE TABLE organization_aliases (
    id UUID NOT NULL PRIMARY KEY,
    organization_id UUID NOT NULL REFERENCES organizations (id),
    alias TEXT NOT NULL,
    alias_fold TEXT NOT NULL,
    UNIQUE (organization_id, alias_fold)
);

CREATE TABLE organization_successions (
    id UUID NOT NULL PRIMARY KEY,
    predecessor_id UUID NOT NULL REFERENCES organizations (id),
    successor_id UUID NOT NULL REFERENCES organizations (id),
    effective_on DATE NOT NULL,
    kind TEXT NOT NULL,
    basis TEXT,
    UNIQUE (predecessor_id, successor_id)
);
CREATE INDEX organization_successions_successor ON organization_successions (successor_id);

CREATE TABLE organization_groups (
    id UUID NOT NULL PRIMARY KEY,
    province_id UUID NOT NULL REFERENCES provinces (id),
    code TEXT NOT NULL,
    name TEXT NOT NULL,
    name_fold TEXT NOT NULL,
    aliases TEXT NOT NULL,
    named BOOLEAN NOT NULL,
    resolution TEXT NOT NULL,
    version INTEGER NOT NULL,
    created_at TIMESTAMPTZ NOT NULL,
    updated_at TIMESTAMPTZ NOT NULL,
    UNIQUE (province_id, code)
);

CREATE TABLE organization_group_members (
    group_id UUID NOT NULL REFERENCES organization_groups (id),
    organization_id UUID NOT NULL REFERENCES organizations (id),
    PRIMARY KEY (group_id, organization_id)
);

CREATE TABLE organization_functions (
    id UUID NOT NULL PRIMARY KEY,
    organization_id UUID NOT NULL REFERENCES organizations (id),
    province_id UUID NOT NULL REFERENCES provinces (id),
    function TEXT NOT NULL,
    plan_id UUID,
    regime_id UUID,
    basis TEXT,
    valid_from DATE,
    valid_to DATE,
    version INTEGER NOT NULL,
    created_at TIMESTAMPTZ NOT NULL,
    updated_at TIMESTAMPTZ NOT NULL
);
CREATE INDEX organization_functions_organization ON organization_functions (organization_id);
CREATE INDEX organization_functions_province ON organization_functions (province_id, function);

CREATE TABLE users (
    id UUID NOT NULL PRIMARY KEY,
    username TEXT NOT NULL UNIQUE,
    full_name TEXT NOT NULL,
    full_name_fold TEXT NOT NULL,
    email TEXT,
    language TEXT NOT NULL,
    password_hash TEXT NOT NULL,
    must_change_password BOOLEAN NOT NULL,
    is_system_admin BOOLEAN NOT NULL,
    failed_logins INTEGER NOT NULL,
    locked_until TIMESTAMPTZ,
    disabled_at TIMESTAMPTZ,
    last_login_at TIMESTAMPTZ,
    version INTEGER NOT NULL,
    created_at TIMESTAMPTZ NOT NULL,
    created_by UUID,
    updated_at TIMESTAMPTZ NOT NULL,
    updated_by UUID
);

CREATE TABLE posts (
    id UUID NOT NULL PRIMARY KEY,
    user_id UUID NOT NULL REFERENCES users (id),
    organization_id UUID NOT NULL REFERENCES organizations (id),
    position TEXT NOT NULL,
    is_default BOOLEAN NOT NULL,
    valid_from DATE,
    valid_to DATE,
    created_at TIMESTAMPTZ NOT NULL,
    UNIQUE (user_id, organization_id, position)
);
CREATE INDEX posts_organization ON posts (organization_id);

CREATE TABLE sessions (
    id UUID NOT NULL PRIMARY KEY,
    user_id UUID NOT NULL REFERENCES users (id),
    post_id UUID REFERENCES posts (id),
    created_at TIMESTAMPTZ NOT NULL,
    last_used_at TIMESTAMPTZ NOT NULL,
    expires_at TIMESTAMPTZ NOT NULL,
    revoked_at TIMESTAMPTZ,
    revoked_why TEXT
);
CREATE INDEX sessions_user ON sessions (user_id);

CREATE TABLE refresh_tokens (
    id UUID NOT NULL PRIMARY KEY,
    session_id UUID NOT NULL REFERENCES sessions (id),
    token_hash TEXT NOT NULL UNIQUE,
    created_at TIMESTAMPTZ NOT NULL,
    expires_at TIMESTAMPTZ NOT NULL,
    rotated_at TIMESTAMPTZ
);
CREATE INDEX refresh_tokens_session ON refresh_tokens (session_id);

CREATE TABLE signing_keys (
    kid TEXT NOT NULL PRIMARY KEY,
    public_key TEXT NOT NULL,
    sealed_secret TEXT NOT NULL,
    created_at TIMESTAMPTZ NOT NULL,
    retired_at TIMESTAMPTZ
);

-- Who is related to which record, and how (bits of authz::Relation). Read by the gate of an item and by the WHERE of a list.
CREATE TABLE access (
    organization_id UUID NOT NULL REFERENCES organizations (id),
    kind TEXT NOT NULL,
    record_id UUID NOT NULL,
    relations INTEGER NOT NULL,
    PRIMARY KEY (organization_id, kind, record_id)
);
CREATE INDEX access_record ON access (record_id);

CREATE TABLE journal (
    id UUID NOT NULL PRIMARY KEY,
    act_id UUID NOT NULL,
    seq BIGINT UNIQUE,
    hash TEXT,
    at TIMESTAMPTZ NOT NULL,
    user_id UUID,
    organization_id UUID,
    province_id UUID,
    owner_organization_id UUID,
    kind TEXT NOT NULL,
    record_id UUID NOT NULL,
    record_version INTEGER,
    action TEXT NOT NULL,
    reason TEXT,
    before JSONB,
    after JSONB,
    request_id TEXT NOT NULL,
    address TEXT
);
CREATE INDEX journal_record ON journal (record_id, id);
CREATE INDEX journal_province ON journal (province_id, id);
CREATE INDEX journal_owner ON journal (owner_organization_id, id);
CREATE INDEX journal_unsequenced ON journal (id) WHERE seq IS NULL;

CREATE TABLE access_log (
    id UUID NOT NULL PRIMARY KEY,
    at TIMESTAMPTZ NOT NULL,
    user_id UUID,
    organization_id UUID,
    province_id UUID,
    kind TEXT NOT NULL,
    record_id UUID,
    what TEXT NOT NULL,
    request_id TEXT NOT NULL,
    address TEXT
);

CREATE TABLE idempotency (
    caller TEXT NOT NULL,
    key TEXT NOT NULL,
    fingerprint TEXT NOT NULL,
    status INTEGER NOT NULL,
    etag TEXT,
    location TEXT,
    body TEXT NOT NULL,
    created_at TIMESTAMPTZ NOT NULL,
    PRIMARY KEY (caller, key)
);
CREATE INDEX idempotency_created ON idempotency (created_at);

-- Gapless counters: number series of documents, arrival registers, record codes.
CREATE TABLE counters (
    scope TEXT NOT NULL PRIMARY KEY,
    value BIGINT NOT NULL
);

CREATE TABLE calendars (
    version TEXT NOT NULL PRIMARY KEY,
    first_year INTEGER NOT NULL,
    last_year INTEGER NOT NULL,
    unconfirmed BOOLEAN NOT NULL,
    data JSONB NOT NULL,
    is_current BOOLEAN NOT NULL,
    created_at TIMESTAMPTZ NOT NULL
);
