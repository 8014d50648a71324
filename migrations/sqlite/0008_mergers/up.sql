-- Mergers of provinces: one operation, kept as it was asked for.
CREATE TABLE mergers (
    id BLOB NOT NULL PRIMARY KEY,
    province_id BLOB NOT NULL REFERENCES provinces (id),
    effective_on DATE NOT NULL,
    basis TEXT NOT NULL,
    predecessors TEXT NOT NULL,
    organizations TEXT NOT NULL,
    moved TEXT NOT NULL,
    version INTEGER NOT NULL,
    created_at BIGINT NOT NULL,
    created_by BLOB NOT NULL
);
CREATE INDEX mergers_province ON mergers (province_id);
