-- Saved choices of report, filter and format that run on a schedule, and what each run gave.
CREATE TABLE report_jobs (
    id BLOB NOT NULL PRIMARY KEY,
    province_id BLOB NOT NULL REFERENCES provinces (id),
    audience INTEGER NOT NULL,
    owner_id BLOB NOT NULL REFERENCES organizations (id),
    title TEXT NOT NULL,
    report TEXT NOT NULL,
    filter TEXT NOT NULL,
    report_window TEXT,
    format TEXT NOT NULL,
    schedule TEXT,
    whole_province BOOLEAN NOT NULL,
    state TEXT NOT NULL,
    next_run_at BIGINT,
    waiting BOOLEAN NOT NULL,
    version INTEGER NOT NULL,
    created_at BIGINT NOT NULL,
    created_by BLOB NOT NULL,
    updated_at BIGINT NOT NULL,
    updated_by BLOB NOT NULL
);
CREATE INDEX report_jobs_owner ON report_jobs (owner_id, id);
CREATE INDEX report_jobs_province ON report_jobs (province_id);
CREATE INDEX report_jobs_next ON report_jobs (next_run_at) WHERE next_run_at IS NOT NULL;

CREATE TABLE report_runs (
    id BLOB NOT NULL PRIMARY KEY,
    province_id BLOB NOT NULL REFERENCES provinces (id),
    job_id BLOB NOT NULL REFERENCES report_jobs (id),
    owner_id BLOB NOT NULL REFERENCES organizations (id),
    report TEXT NOT NULL,
    filter TEXT NOT NULL,
    format TEXT NOT NULL,
    state TEXT NOT NULL,
    planned_for BIGINT,
    asked_by BLOB,
    progress INTEGER NOT NULL,
    started_at BIGINT,
    finished_at BIGINT,
    snapshot TEXT,
    pin TEXT,
    sha256 TEXT,
    size BIGINT,
    failure TEXT,
    version INTEGER NOT NULL,
    created_at BIGINT NOT NULL,
    updated_at BIGINT NOT NULL,
    UNIQUE (job_id, planned_for)
);
CREATE INDEX report_runs_waiting ON report_runs (created_at, id) WHERE state IN ('queued', 'running');
CREATE INDEX report_runs_file ON report_runs (sha256);
CREATE INDEX report_runs_owner ON report_runs (owner_id);
CREATE INDEX report_runs_province ON report_runs (province_id);

-- What stood in the feed at the end of a day.
CREATE INDEX journal_at ON journal (at);
