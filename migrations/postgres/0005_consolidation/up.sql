-- Consolidated reports: what the consolidator makes of the accepted submissions of a period, with lineage per figure.
CREATE TABLE consolidated_reports (
    id UUID NOT NULL PRIMARY KEY,
    province_id UUID NOT NULL REFERENCES provinces (id),
    audience INTEGER NOT NULL,
    code TEXT NOT NULL,
    title TEXT NOT NULL,
    search_fold TEXT NOT NULL,
    regime_id UUID NOT NULL REFERENCES reporting_regimes (id),
    period_id UUID NOT NULL REFERENCES reporting_periods (id),
    obligation_id UUID NOT NULL REFERENCES reporting_obligations (id),
    step_no INTEGER NOT NULL,
    consolidator_id UUID NOT NULL REFERENCES organizations (id),
    receiver_id UUID REFERENCES organizations (id),
    appraiser_id UUID REFERENCES organizations (id),
    version_no INTEGER NOT NULL,
    state TEXT NOT NULL,
    expected INTEGER NOT NULL,
    reporting INTEGER NOT NULL,
    gathered_at TIMESTAMPTZ NOT NULL,
    appraisals JSONB NOT NULL,
    correction_reason TEXT,
    document_id UUID,
    sha256 TEXT,
    issued_on DATE,
    issued_by UUID,
    version INTEGER NOT NULL,
    created_at TIMESTAMPTZ NOT NULL,
    created_by UUID NOT NULL,
    updated_at TIMESTAMPTZ NOT NULL,
    updated_by UUID NOT NULL,
    UNIQUE (code, version_no),
    UNIQUE (obligation_id, version_no)
);
CREATE INDEX consolidated_reports_province ON consolidated_reports (province_id, created_at, id);
CREATE INDEX consolidated_reports_created ON consolidated_reports (created_at, id);
CREATE INDEX consolidated_reports_period ON consolidated_reports (period_id, step_no);
CREATE INDEX consolidated_reports_regime ON consolidated_reports (regime_id);
CREATE INDEX consolidated_reports_consolidator ON consolidated_reports (consolidator_id, state);
CREATE INDEX consolidated_reports_receiver ON consolidated_reports (receiver_id);
CREATE INDEX consolidated_reports_appraiser ON consolidated_reports (appraiser_id);

-- What the report says; apart from the record, so that lists stay light.
CREATE TABLE consolidated_contents (
    report_id UUID NOT NULL PRIMARY KEY REFERENCES consolidated_reports (id),
    frame JSONB NOT NULL,
    figures JSONB NOT NULL,
    texts JSONB NOT NULL,
    contributions JSONB NOT NULL,
    missing JSONB NOT NULL,
    late JSONB NOT NULL,
    snapshot TEXT
);

-- The versions that the report rests on, with the hash each had when it was gathered.
CREATE TABLE consolidated_sources (
    report_id UUID NOT NULL REFERENCES consolidated_reports (id),
    obligation_id UUID NOT NULL REFERENCES reporting_obligations (id),
    organization_id UUID NOT NULL REFERENCES organizations (id),
    kind TEXT NOT NULL,
    source_id UUID NOT NULL,
    version_no INTEGER NOT NULL,
    sha256 TEXT NOT NULL,
    left_out_reason TEXT,
    PRIMARY KEY (report_id, obligation_id)
);
CREATE INDEX consolidated_sources_source ON consolidated_sources (source_id);
CREATE INDEX consolidated_sources_obligation ON consolidated_sources (obligation_id);
CREATE INDEX consolidated_sources_organization ON consolidated_sources (organization_id);

-- One row per figure and source: from which value each total was made.
CREATE TABLE consolidated_lineage (
    report_id UUID NOT NULL REFERENCES consolidated_reports (id),
    indicator TEXT NOT NULL,
    obligation_id UUID NOT NULL,
    value TEXT,
    estimated BOOLEAN NOT NULL,
    PRIMARY KEY (report_id, indicator, obligation_id)
);
