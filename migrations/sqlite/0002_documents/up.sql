CREATE TABLE documents (
    id BLOB NOT NULL PRIMARY KEY,
    province_id BLOB NOT NULL REFERENCES provinces (id),
    audience INTEGER NOT NULL,
    code TEXT NOT NULL UNIQUE,
    kind TEXT NOT NULL,
    notation TEXT NOT NULL,
    state TEXT NOT NULL,
    issuer_id BLOB REFERENCES organizations (id),
    issuer_text TEXT,
    -- The organisation whose own copy of a document from outside this is.
    receiver_id BLOB REFERENCES organizations (id),
    -- The issuer's record, once its distribution has named the receiver of this copy.
    original_id BLOB REFERENCES documents (id),
    number TEXT,
    symbol TEXT,
    notation_key TEXT,
    -- Issuer, number, symbol and year; none while number or day is blank (RULES 6).
    identity TEXT UNIQUE,
    issued_on DATE,
    date_precision TEXT NOT NULL,
    year INTEGER,
    sorted_on DATE NOT NULL,
    place TEXT,
    summary TEXT,
    search_fold TEXT NOT NULL,
    urgency TEXT NOT NULL,
    field TEXT,
    is_limited BOOLEAN NOT NULL,
    details TEXT NOT NULL,
    seed_key TEXT,
    version INTEGER NOT NULL,
    created_at BIGINT NOT NULL,
    created_by BLOB,
    updated_at BIGINT NOT NULL,
    updated_by BLOB,
    UNIQUE (province_id, seed_key)
);
CREATE INDEX documents_sorted ON documents (province_id, sorted_on, id);
CREATE INDEX documents_created ON documents (province_id, created_at, id);
CREATE INDEX documents_issuer ON documents (issuer_id, sorted_on);
CREATE INDEX documents_receiver ON documents (receiver_id);
CREATE INDEX documents_original ON documents (original_id);
CREATE INDEX documents_notation ON documents (notation_key);

-- Beside the record, so that lists do not drag whole texts along.
CREATE TABLE document_texts (
    document_id BLOB NOT NULL PRIMARY KEY REFERENCES documents (id),
    text TEXT NOT NULL
);

CREATE TABLE document_relations (
    id BLOB NOT NULL PRIMARY KEY,
    document_id BLOB NOT NULL REFERENCES documents (id),
    position INTEGER NOT NULL,
    kind TEXT NOT NULL,
    target_id BLOB REFERENCES documents (id),
    citation TEXT
);
CREATE INDEX document_relations_document ON document_relations (document_id, position);
CREATE INDEX document_relations_target ON document_relations (target_id);

CREATE TABLE document_recipients (
    id BLOB NOT NULL PRIMARY KEY,
    document_id BLOB NOT NULL REFERENCES documents (id),
    position INTEGER NOT NULL,
    organization_id BLOB REFERENCES organizations (id),
    group_id BLOB REFERENCES organization_groups (id),
    text TEXT,
    purpose TEXT NOT NULL,
    details TEXT NOT NULL,
    resolved_on DATE
);
CREATE INDEX document_recipients_document ON document_recipients (document_id, position);
CREATE INDEX document_recipients_organization ON document_recipients (organization_id);
CREATE INDEX document_recipients_group ON document_recipients (group_id);

-- Every number that an organisation has given, the voided ones included: numbers are gapless and never reused.
CREATE TABLE document_numbers (
    id BLOB NOT NULL PRIMARY KEY,
    organization_id BLOB NOT NULL REFERENCES organizations (id),
    series TEXT NOT NULL,
    period INTEGER NOT NULL,
    number INTEGER NOT NULL,
    kind TEXT NOT NULL,
    state TEXT NOT NULL,
    document_id BLOB REFERENCES documents (id),
    reason TEXT,
    version INTEGER NOT NULL,
    created_at BIGINT NOT NULL,
    updated_at BIGINT NOT NULL,
    UNIQUE (organization_id, series, period, number)
);
CREATE INDEX document_numbers_document ON document_numbers (document_id);
CREATE INDEX document_numbers_kind ON document_numbers (organization_id, kind, created_at);

CREATE TABLE deliveries (
    id BLOB NOT NULL PRIMARY KEY,
    province_id BLOB NOT NULL REFERENCES provinces (id),
    audience INTEGER NOT NULL,
    document_id BLOB NOT NULL REFERENCES documents (id),
    parent_id BLOB REFERENCES deliveries (id),
    -- None where the document came outside the system.
    sender_id BLOB REFERENCES organizations (id),
    receiver_id BLOB NOT NULL REFERENCES organizations (id),
    purpose TEXT NOT NULL,
    state TEXT NOT NULL,
    sent_on DATE NOT NULL,
    delivered_on DATE,
    acknowledged_on DATE,
    disseminated_on DATE,
    dissemination TEXT,
    by_document_id BLOB REFERENCES documents (id),
    instruction TEXT,
    entered_by_id BLOB REFERENCES organizations (id),
    evidence_document_id BLOB REFERENCES documents (id),
    version INTEGER NOT NULL,
    created_at BIGINT NOT NULL,
    updated_at BIGINT NOT NULL,
    UNIQUE (document_id, receiver_id)
);
CREATE INDEX deliveries_receiver ON deliveries (receiver_id, state);
CREATE INDEX deliveries_sender ON deliveries (sender_id);
CREATE INDEX deliveries_parent ON deliveries (parent_id);
CREATE INDEX deliveries_created ON deliveries (created_at, id);

CREATE TABLE arrivals (
    id BLOB NOT NULL PRIMARY KEY,
    province_id BLOB NOT NULL REFERENCES provinces (id),
    audience INTEGER NOT NULL,
    receiver_id BLOB NOT NULL REFERENCES organizations (id),
    -- `open`, or `secret` for stubs, which have numbers of their own.
    register TEXT NOT NULL,
    year INTEGER NOT NULL,
    number INTEGER NOT NULL,
    arrived_on DATE NOT NULL,
    document_id BLOB REFERENCES documents (id),
    delivery_id BLOB UNIQUE REFERENCES deliveries (id),
    issuer_id BLOB REFERENCES organizations (id),
    issuer_text TEXT,
    handling_unit_id BLOB REFERENCES organizations (id),
    handling_text TEXT,
    officer_id BLOB REFERENCES users (id),
    instruction TEXT,
    due_on DATE,
    assigned_by BLOB,
    assigned_at BIGINT,
    version INTEGER NOT NULL,
    created_at BIGINT NOT NULL,
    created_by BLOB,
    updated_at BIGINT NOT NULL,
    UNIQUE (receiver_id, register, year, number)
);
CREATE INDEX arrivals_day ON arrivals (receiver_id, arrived_on, id);
CREATE INDEX arrivals_document ON arrivals (document_id);
CREATE INDEX arrivals_officer ON arrivals (officer_id);
CREATE INDEX arrivals_unit ON arrivals (handling_unit_id);

CREATE TABLE attachments (
    id BLOB NOT NULL PRIMARY KEY,
    document_id BLOB NOT NULL REFERENCES documents (id),
    file_name TEXT NOT NULL,
    media_type TEXT NOT NULL,
    size BIGINT NOT NULL,
    sha256 TEXT NOT NULL,
    text_layer TEXT NOT NULL,
    version INTEGER NOT NULL,
    created_at BIGINT NOT NULL,
    created_by BLOB,
    UNIQUE (document_id, sha256)
);
CREATE INDEX attachments_created ON attachments (document_id, created_at, id);
CREATE INDEX attachments_sha256 ON attachments (sha256);
