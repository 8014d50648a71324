-- Plans, their tasks, what each agency owes of them, progress, extensions, urgings.
CREATE TABLE plans (
    id UUID NOT NULL PRIMARY KEY,
    province_id UUID NOT NULL REFERENCES provinces (id),
    audience INTEGER NOT NULL,
    code TEXT NOT NULL UNIQUE,
    title TEXT NOT NULL,
    title_fold TEXT NOT NULL,
    -- The documents slice is a sibling: it is asked through its face, not by a foreign key.
    document_id UUID,
    owner_id UUID NOT NULL REFERENCES organizations (id),
    issuer_id UUID NOT NULL REFERENCES organizations (id),
    owner_basis TEXT,
    tracked_from DATE,
    state TEXT NOT NULL,
    activated_on DATE,
    ended_on DATE,
    superseded_by UUID REFERENCES plans (id),
    source JSONB,
    seed_key TEXT,
    version INTEGER NOT NULL,
    created_at TIMESTAMPTZ NOT NULL,
    created_by UUID,
    updated_at TIMESTAMPTZ NOT NULL,
    updated_by UUID,
    UNIQUE (province_id, seed_key)
);
CREATE INDEX plans_owner ON plans (owner_id);
CREATE INDEX plans_issuer ON plans (issuer_id);
CREATE INDEX plans_document ON plans (document_id);
CREATE INDEX plans_superseded ON plans (superseded_by);
CREATE INDEX plans_scope ON plans (province_id, audience, id);

CREATE TABLE tasks (
    id UUID NOT NULL PRIMARY KEY,
    province_id UUID NOT NULL REFERENCES provinces (id),
    audience INTEGER NOT NULL,
    plan_id UUID NOT NULL REFERENCES plans (id),
    parent_id UUID REFERENCES tasks (id),
    owner_id UUID NOT NULL REFERENCES organizations (id),
    code TEXT NOT NULL UNIQUE,
    place TEXT,
    reference TEXT,
    content TEXT NOT NULL,
    content_fold TEXT NOT NULL,
    source_text TEXT,
    form TEXT NOT NULL,
    role_word TEXT,
    product TEXT,
    approver_id UUID REFERENCES organizations (id),
    through_id UUID REFERENCES organizations (id),
    cadence TEXT,
    due_rule JSONB,
    assignees JSONB NOT NULL,
    source JSONB,
    state TEXT,
    occurrence_id UUID,
    due_on DATE,
    due_sort DATE NOT NULL,
    opens_on DATE,
    seed_key TEXT,
    version INTEGER NOT NULL,
    created_at TIMESTAMPTZ NOT NULL,
    created_by UUID,
    updated_at TIMESTAMPTZ NOT NULL,
    updated_by UUID,
    UNIQUE (plan_id, seed_key)
);
CREATE INDEX tasks_plan ON tasks (plan_id, id);
CREATE INDEX tasks_parent ON tasks (parent_id);
CREATE INDEX tasks_owner ON tasks (owner_id);
CREATE INDEX tasks_approver ON tasks (approver_id);
CREATE INDEX tasks_through ON tasks (through_id);
CREATE INDEX tasks_by_age ON tasks (province_id, audience, id);
CREATE INDEX tasks_by_due ON tasks (province_id, audience, due_sort, id);
CREATE INDEX tasks_by_code ON tasks (province_id, audience, code, id);
CREATE INDEX tasks_by_state ON tasks (province_id, audience, state, due_sort, id);
-- The few tasks that are drafts, for those who oversee the province and also draft.
CREATE INDEX tasks_drafts ON tasks (audience, id) WHERE audience = 0;
CREATE INDEX tasks_opens ON tasks (opens_on) WHERE opens_on IS NOT NULL;

CREATE TABLE task_occurrences (
    id UUID NOT NULL PRIMARY KEY,
    task_id UUID NOT NULL REFERENCES tasks (id),
    plan_id UUID NOT NULL REFERENCES plans (id),
    province_id UUID NOT NULL REFERENCES provinces (id),
    period TEXT,
    title TEXT,
    opened_on DATE NOT NULL,
    state TEXT NOT NULL,
    due_on DATE,
    due_sort DATE NOT NULL,
    due_history JSONB NOT NULL,
    calendar_version TEXT NOT NULL,
    percent INTEGER,
    proposed_on DATE,
    proposal_reason TEXT,
    lays JSONB NOT NULL,
    ended_on DATE,
    on_time BOOLEAN,
    decision JSONB,
    reason TEXT,
    version INTEGER NOT NULL,
    created_at TIMESTAMPTZ NOT NULL,
    created_by UUID,
    updated_at TIMESTAMPTZ NOT NULL,
    updated_by UUID,
    UNIQUE (task_id, period)
);
CREATE INDEX task_occurrences_task ON task_occurrences (task_id, id);
CREATE INDEX task_occurrences_plan ON task_occurrences (plan_id, opened_on);
CREATE INDEX task_occurrences_province ON task_occurrences (province_id, opened_on);

CREATE TABLE task_parts (
    id UUID NOT NULL PRIMARY KEY,
    task_id UUID NOT NULL REFERENCES tasks (id),
    occurrence_id UUID NOT NULL REFERENCES task_occurrences (id),
    plan_id UUID NOT NULL REFERENCES plans (id),
    province_id UUID NOT NULL REFERENCES provinces (id),
    organization_id UUID NOT NULL REFERENCES organizations (id),
    group_id UUID REFERENCES organization_groups (id),
    role TEXT NOT NULL,
    required BOOLEAN NOT NULL,
    form TEXT NOT NULL,
    state TEXT NOT NULL,
    due_on DATE,
    due_sort DATE NOT NULL,
    due_history JSONB NOT NULL,
    result TEXT,
    links JSONB NOT NULL,
    done_on DATE,
    on_time BOOLEAN,
    lays JSONB NOT NULL,
    entered_by UUID REFERENCES organizations (id),
    document_id UUID,
    confirmed_at TIMESTAMPTZ,
    unit_id UUID REFERENCES organizations (id),
    officer_id UUID REFERENCES users (id),
    instruction TEXT,
    reason TEXT,
    version INTEGER NOT NULL,
    created_at TIMESTAMPTZ NOT NULL,
    updated_at TIMESTAMPTZ NOT NULL,
    updated_by UUID,
    UNIQUE (occurrence_id, organization_id)
);
CREATE INDEX task_parts_task ON task_parts (task_id);
CREATE INDEX task_parts_organization ON task_parts (organization_id, task_id);
CREATE INDEX task_parts_plan ON task_parts (plan_id);
CREATE INDEX task_parts_province ON task_parts (province_id, id);
CREATE INDEX task_parts_group ON task_parts (group_id);
CREATE INDEX task_parts_entered ON task_parts (entered_by);
CREATE INDEX task_parts_unit ON task_parts (unit_id);
CREATE INDEX task_parts_officer ON task_parts (officer_id);

CREATE TABLE task_progress (
    id UUID NOT NULL PRIMARY KEY,
    task_id UUID NOT NULL REFERENCES tasks (id),
    occurrence_id UUID NOT NULL REFERENCES task_occurrences (id),
    organization_id UUID NOT NULL REFERENCES organizations (id),
    percent INTEGER,
    text TEXT NOT NULL,
    evidence JSONB NOT NULL,
    links JSONB NOT NULL,
    entered_by UUID REFERENCES organizations (id),
    document_id UUID,
    created_at TIMESTAMPTZ NOT NULL,
    created_by UUID NOT NULL
);
CREATE INDEX task_progress_task ON task_progress (task_id, created_at, id);
CREATE INDEX task_progress_occurrence ON task_progress (occurrence_id);
CREATE INDEX task_progress_organization ON task_progress (organization_id);
CREATE INDEX task_progress_entered ON task_progress (entered_by);

CREATE TABLE extensions (
    id UUID NOT NULL PRIMARY KEY,
    province_id UUID NOT NULL REFERENCES provinces (id),
    task_id UUID NOT NULL REFERENCES tasks (id),
    occurrence_id UUID NOT NULL REFERENCES task_occurrences (id),
    part_id UUID REFERENCES task_parts (id),
    organization_id UUID NOT NULL REFERENCES organizations (id),
    reason TEXT NOT NULL,
    asked_on DATE NOT NULL,
    due_before DATE NOT NULL,
    due_asked DATE NOT NULL,
    due_granted DATE,
    state TEXT NOT NULL,
    answer TEXT,
    decided_on DATE,
    version INTEGER NOT NULL,
    created_at TIMESTAMPTZ NOT NULL,
    created_by UUID,
    updated_at TIMESTAMPTZ NOT NULL,
    updated_by UUID
);
CREATE INDEX extensions_task ON extensions (task_id, id);
CREATE INDEX extensions_occurrence ON extensions (occurrence_id);
CREATE INDEX extensions_part ON extensions (part_id);
CREATE INDEX extensions_organization ON extensions (organization_id);
CREATE INDEX extensions_province ON extensions (province_id, id);

CREATE TABLE urgings (
    id UUID NOT NULL PRIMARY KEY,
    province_id UUID NOT NULL REFERENCES provinces (id),
    audience INTEGER NOT NULL,
    number BIGINT NOT NULL,
    counted_in TEXT NOT NULL,
    target_kind TEXT NOT NULL,
    target_id UUID NOT NULL,
    plan_id UUID,
    organization_id UUID NOT NULL REFERENCES organizations (id),
    sender_id UUID NOT NULL REFERENCES organizations (id),
    level TEXT NOT NULL,
    basis TEXT,
    text TEXT NOT NULL,
    document_id UUID,
    due_on DATE,
    respond_by DATE,
    state TEXT NOT NULL,
    sent_on DATE NOT NULL,
    acknowledged_at TIMESTAMPTZ,
    answered_at TIMESTAMPTZ,
    answer TEXT,
    entered_by UUID REFERENCES organizations (id),
    answer_document_id UUID,
    version INTEGER NOT NULL,
    created_at TIMESTAMPTZ NOT NULL,
    created_by UUID,
    updated_at TIMESTAMPTZ NOT NULL,
    updated_by UUID,
    UNIQUE (organization_id, counted_in, number)
);
CREATE INDEX urgings_target ON urgings (target_id);
CREATE INDEX urgings_plan ON urgings (plan_id, sent_on);
CREATE INDEX urgings_sender ON urgings (sender_id);
CREATE INDEX urgings_entered ON urgings (entered_by);
CREATE INDEX urgings_scope ON urgings (province_id, audience, id);
