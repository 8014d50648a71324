-- Texts that were read: what each of them proposes, what people decided, and the records that were made of it.
CREATE TABLE readings (
    id UUID NOT NULL PRIMARY KEY,
    province_id UUID NOT NULL REFERENCES provinces (id),
    audience INTEGER NOT NULL,
    owner_id UUID NOT NULL REFERENCES organizations (id),
    title TEXT NOT NULL,
    title_fold TEXT NOT NULL,
    file_name TEXT NOT NULL,
    media_type TEXT NOT NULL,
    size BIGINT NOT NULL,
    sha256 TEXT NOT NULL,
    text_layer TEXT NOT NULL,
    characters INTEGER NOT NULL,
    content JSONB NOT NULL,
    state TEXT NOT NULL,
    reason TEXT,
    version INTEGER NOT NULL,
    created_at TIMESTAMPTZ NOT NULL,
    created_by UUID NOT NULL,
    updated_at TIMESTAMPTZ NOT NULL,
    updated_by UUID NOT NULL
);
CREATE INDEX readings_owner ON readings (owner_id, id);
CREATE INDEX readings_province ON readings (province_id);
CREATE INDEX readings_file ON readings (sha256);

CREATE TABLE reading_texts (
    reading_id UUID NOT NULL PRIMARY KEY REFERENCES readings (id),
    text TEXT NOT NULL
);

CREATE TABLE reading_proposals (
    id UUID NOT NULL PRIMARY KEY,
    reading_id UUID NOT NULL REFERENCES readings (id),
    place INTEGER NOT NULL,
    document INTEGER NOT NULL,
    kind TEXT NOT NULL,
    value JSONB NOT NULL,
    value_as_read JSONB NOT NULL,
    spans JSONB NOT NULL,
    confidence TEXT NOT NULL,
    doubtful JSONB NOT NULL,
    rule TEXT NOT NULL,
    state TEXT NOT NULL,
    made JSONB NOT NULL,
    version INTEGER NOT NULL,
    updated_at TIMESTAMPTZ NOT NULL,
    updated_by UUID NOT NULL,
    UNIQUE (reading_id, place)
);
