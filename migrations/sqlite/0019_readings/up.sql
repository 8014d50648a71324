-- Texts that were read: what each of them proposes, what people decided, and the records that were made of it.
CREATE TABLE readings (
    id BLOB NOT NULL PRIMARY KEY,
    province_id BLOB NOT NULL REFERENCES provinces (id),
    audience INTEGER NOT NULL,
    owner_id BLOB NOT NULL REFERENCES organizations (id),
    title TEXT NOT NULL,
    title_fold TEXT NOT NULL,
    file_name TEXT NOT NULL,
    media_type TEXT NOT NULL,
    size BIGINT NOT NULL,
    sha256 TEXT NOT NULL,
    text_layer TEXT NOT NULL,
    characters INTEGER NOT NULL,
    content TEXT NOT NULL,
    state TEXT NOT NULL,
    reason TEXT,
    version INTEGER NOT NULL,
    created_at BIGINT NOT NULL,
    created_by BLOB NOT NULL,
    updated_at BIGINT NOT NULL,
    updated_by BLOB NOT NULL
);
CREATE INDEX readings_owner ON readings (owner_id, id);
CREATE INDEX readings_province ON readings (province_id);
CREATE INDEX readings_file ON readings (sha256);

CREATE TABLE reading_texts (
    reading_id BLOB NOT NULL PRIMARY KEY REFERENCES readings (id),
    text TEXT NOT NULL
);

CREATE TABLE reading_proposals (
    id BLOB NOT NULL PRIMARY KEY,
    reading_id BLOB NOT NULL REFERENCES readings (id),
    place INTEGER NOT NULL,
    document INTEGER NOT NULL,
    kind TEXT NOT NULL,
    value TEXT NOT NULL,
    value_as_read TEXT NOT NULL,
    spans TEXT NOT NULL,
    confidence TEXT NOT NULL,
    doubtful TEXT NOT NULL,
    rule TEXT NOT NULL,
    state TEXT NOT NULL,
    made TEXT NOT NULL,
    version INTEGER NOT NULL,
    updated_at BIGINT NOT NULL,
    updated_by BLOB NOT NULL,
    UNIQUE (reading_id, place)
);
