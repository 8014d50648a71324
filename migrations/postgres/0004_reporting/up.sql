-- Reporting: regimes with their chain of steps and indicators, periods with obligations, submissions.
CREATE TABLE reporting_regimes (
    id UUID NOT NULL PRIMARY KEY,
    province_id UUID NOT NULL REFERENCES provinces (id),
    audience INTEGER NOT NULL,
    plan_id UUID,
    code TEXT NOT NULL,
    name TEXT NOT NULL,
    name_en TEXT,
    name_fold TEXT NOT NULL,
    legal_basis TEXT,
    legal_clause TEXT,
    focal_point_id UUID REFERENCES organizations (id),
    frequency TEXT NOT NULL,
    cadence_words TEXT,
    embedded_in TEXT,
    final_recipient_id UUID REFERENCES organizations (id),
    copy_to JSONB NOT NULL,
    cut_off JSONB,
    reminders JSONB NOT NULL,
    open_days_before INTEGER NOT NULL,
    tracked_from DATE NOT NULL,
    sections JSONB NOT NULL,
    checks JSONB NOT NULL,
    state TEXT NOT NULL,
    seed_key TEXT,
    version INTEGER NOT NULL,
    created_at TIMESTAMPTZ NOT NULL,
    created_by UUID,
    updated_at TIMESTAMPTZ NOT NULL,
    updated_by UUID,
    UNIQUE (province_id, code),
    UNIQUE (province_id, seed_key)
);
CREATE INDEX reporting_regimes_name ON reporting_regimes (name_fold, id);
CREATE INDEX reporting_regimes_created ON reporting_regimes (created_at, id);
CREATE INDEX reporting_regimes_plan ON reporting_regimes (plan_id);
CREATE INDEX reporting_regimes_focal ON reporting_regimes (focal_point_id);
CREATE INDEX reporting_regimes_recipient ON reporting_regimes (final_recipient_id);

CREATE TABLE reporting_steps (
    id UUID NOT NULL PRIMARY KEY,
    regime_id UUID NOT NULL REFERENCES reporting_regimes (id),
    step_no INTEGER NOT NULL,
    senders JSONB NOT NULL,
    receiver_id UUID REFERENCES organizations (id),
    receiver_words TEXT,
    consolidates BOOLEAN NOT NULL,
    appraiser_id UUID REFERENCES organizations (id),
    due_rule JSONB,
    embedded_in TEXT,
    report_of TEXT NOT NULL,
    resolution TEXT NOT NULL,
    applies_to JSONB,
    parallel BOOLEAN NOT NULL,
    same_report_as INTEGER,
    note TEXT,
    remark TEXT,
    UNIQUE (regime_id, step_no)
);
CREATE INDEX reporting_steps_receiver ON reporting_steps (receiver_id);
CREATE INDEX reporting_steps_appraiser ON reporting_steps (appraiser_id);

CREATE TABLE reporting_indicators (
    id UUID NOT NULL PRIMARY KEY,
    regime_id UUID NOT NULL REFERENCES reporting_regimes (id),
    place INTEGER NOT NULL,
    code TEXT NOT NULL,
    name TEXT NOT NULL,
    name_en TEXT,
    unit TEXT,
    value_type TEXT NOT NULL,
    across_agencies TEXT NOT NULL,
    numerator TEXT,
    denominator TEXT,
    over_time TEXT NOT NULL,
    source TEXT NOT NULL,
    named_query TEXT,
    in_text BOOLEAN NOT NULL,
    UNIQUE (regime_id, code)
);

CREATE TABLE reporting_periods (
    id UUID NOT NULL PRIMARY KEY,
    province_id UUID NOT NULL REFERENCES provinces (id),
    audience INTEGER NOT NULL,
    regime_id UUID NOT NULL REFERENCES reporting_regimes (id),
    code TEXT NOT NULL UNIQUE,
    period TEXT,
    title TEXT,
    title_fold TEXT NOT NULL,
    state TEXT NOT NULL,
    first_day DATE,
    last_day DATE,
    sort_day DATE NOT NULL,
    data_from DATE,
    data_to DATE,
    opens_on DATE NOT NULL,
    asked_due_on DATE,
    opened_on DATE,
    opened_by UUID,
    closed_on DATE,
    chain JSONB NOT NULL,
    unresolved JSONB NOT NULL,
    version INTEGER NOT NULL,
    created_at TIMESTAMPTZ NOT NULL,
    created_by UUID,
    updated_at TIMESTAMPTZ NOT NULL,
    updated_by UUID,
    UNIQUE (regime_id, period)
);
CREATE INDEX reporting_periods_sort ON reporting_periods (sort_day, id);
CREATE INDEX reporting_periods_province ON reporting_periods (province_id, sort_day, id);
CREATE INDEX reporting_periods_opening ON reporting_periods (state, opens_on);

CREATE TABLE reporting_obligations (
    id UUID NOT NULL PRIMARY KEY,
    province_id UUID NOT NULL REFERENCES provinces (id),
    audience INTEGER NOT NULL,
    period_id UUID NOT NULL REFERENCES reporting_periods (id),
    regime_id UUID NOT NULL REFERENCES reporting_regimes (id),
    step_no INTEGER NOT NULL,
    sender_id UUID NOT NULL REFERENCES organizations (id),
    also_for JSONB NOT NULL,
    receiver_id UUID REFERENCES organizations (id),
    receiver_words TEXT,
    appraiser_id UUID REFERENCES organizations (id),
    consolidates BOOLEAN NOT NULL,
    parallel BOOLEAN NOT NULL,
    sender_words TEXT,
    group_id UUID REFERENCES organization_groups (id),
    due_on DATE,
    effective_due_on DATE,
    due_sort DATE NOT NULL,
    due_rule JSONB,
    calendar_version TEXT,
    state TEXT NOT NULL,
    fulfilled_on DATE,
    fulfilled_by_kind TEXT,
    fulfilled_by_id UUID,
    on_time BOOLEAN,
    judgement JSONB,
    handling_unit_id UUID REFERENCES organizations (id),
    handling_user_id UUID REFERENCES users (id),
    handling_instruction TEXT,
    version INTEGER NOT NULL,
    created_at TIMESTAMPTZ NOT NULL,
    updated_at TIMESTAMPTZ NOT NULL,
    UNIQUE (period_id, step_no, sender_id)
);
CREATE INDEX reporting_obligations_due ON reporting_obligations (due_sort, id);
CREATE INDEX reporting_obligations_province ON reporting_obligations (province_id, due_sort, id);
CREATE INDEX reporting_obligations_regime ON reporting_obligations (regime_id);
CREATE INDEX reporting_obligations_sender ON reporting_obligations (sender_id, state);
CREATE INDEX reporting_obligations_receiver ON reporting_obligations (receiver_id, state);
CREATE INDEX reporting_obligations_appraiser ON reporting_obligations (appraiser_id);
CREATE INDEX reporting_obligations_group ON reporting_obligations (group_id);
CREATE INDEX reporting_obligations_unit ON reporting_obligations (handling_unit_id);
CREATE INDEX reporting_obligations_user ON reporting_obligations (handling_user_id);

CREATE TABLE reporting_extensions (
    id UUID NOT NULL PRIMARY KEY,
    obligation_id UUID NOT NULL REFERENCES reporting_obligations (id),
    state TEXT NOT NULL,
    reason TEXT NOT NULL,
    old_due_on DATE NOT NULL,
    asked_due_on DATE NOT NULL,
    granted_due_on DATE,
    asked_on DATE NOT NULL,
    asked_by UUID NOT NULL,
    decided_on DATE,
    decided_by UUID,
    decision_reason TEXT,
    version INTEGER NOT NULL,
    created_at TIMESTAMPTZ NOT NULL,
    updated_at TIMESTAMPTZ NOT NULL
);
CREATE INDEX reporting_extensions_obligation ON reporting_extensions (obligation_id, id);

CREATE TABLE report_submissions (
    id UUID NOT NULL PRIMARY KEY,
    province_id UUID NOT NULL REFERENCES provinces (id),
    audience INTEGER NOT NULL,
    obligation_id UUID NOT NULL REFERENCES reporting_obligations (id),
    period_id UUID NOT NULL REFERENCES reporting_periods (id),
    author_id UUID NOT NULL REFERENCES organizations (id),
    receiver_id UUID REFERENCES organizations (id),
    version_no INTEGER NOT NULL,
    state TEXT NOT NULL,
    narratives JSONB NOT NULL,
    figures JSONB NOT NULL,
    attachments JSONB NOT NULL,
    correction_reason TEXT,
    paper JSONB,
    submitted_at TIMESTAMPTZ,
    submitted_by UUID,
    submitted_on DATE,
    snapshot TEXT,
    sha256 TEXT,
    decided_at TIMESTAMPTZ,
    decided_by UUID,
    decided_on DATE,
    decision_reason TEXT,
    on_time BOOLEAN,
    judgement JSONB,
    seed_key TEXT,
    version INTEGER NOT NULL,
    created_at TIMESTAMPTZ NOT NULL,
    created_by UUID,
    updated_at TIMESTAMPTZ NOT NULL,
    updated_by UUID,
    UNIQUE (obligation_id, version_no),
    UNIQUE (province_id, seed_key)
);
-- One draft at a time.
CREATE UNIQUE INDEX report_submissions_draft ON report_submissions (obligation_id) WHERE state = 'draft';
CREATE INDEX report_submissions_created ON report_submissions (created_at, id);
CREATE INDEX report_submissions_province ON report_submissions (province_id, created_at, id);
CREATE INDEX report_submissions_period ON report_submissions (period_id, state);
CREATE INDEX report_submissions_author ON report_submissions (author_id);
CREATE INDEX report_submissions_receiver ON report_submissions (receiver_id, state);
