-- Mergers of provinces: one operation, kept as it was asked for.
CREATE TABLE mergers (
    id UUID NOT NULL PRIMARY KEY,
    province_id UUID NOT NULL REFERENCES provinces (id),
    effective_on DATE NOT NULL,
    basis TEXT NOT NULL,
    predecessors JSONB NOT NULL,
    organizations JSONB NOT NULL,
    moved JSONB NOT NULL,
    version INTEGER NOT NULL,
    created_at TIMESTAMPTZ NOT NULL,
    created_by UUID NOT NULL
);
CREATE INDEX mergers_province ON mergers (province_id);
