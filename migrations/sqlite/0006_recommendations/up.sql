-- Difficulties, obstacles and proposals that agencies raise, and the answers that they get.
CREATE TABLE recommendations (
    id BLOB NOT NULL PRIMARY KEY,
    province_id BLOB NOT NULL REFERENCES provinces (id),
    audience INTEGER NOT NULL,
    code TEXT NOT NULL UNIQUE,
    kind TEXT NOT NULL,
    title TEXT NOT NULL,
    content TEXT NOT NULL,
    search_fold TEXT NOT NULL,
    state TEXT NOT NULL,
    raiser_id BLOB NOT NULL REFERENCES organizations (id),
    plan_id BLOB,
    task_id BLOB,
    period_id BLOB,
    focal_id BLOB REFERENCES organizations (id),
    addressed_id BLOB REFERENCES organizations (id),
    respond_by DATE,
    raised_on DATE,
    forwarded_on DATE,
    forward_note TEXT,
    answered_on DATE,
    closed_on DATE,
    version INTEGER NOT NULL,
    created_at BIGINT NOT NULL,
    created_by BLOB NOT NULL,
    updated_at BIGINT NOT NULL,
    updated_by BLOB NOT NULL
);
CREATE INDEX recommendations_province ON recommendations (province_id, created_at, id);
CREATE INDEX recommendations_state ON recommendations (province_id, state);
CREATE INDEX recommendations_raiser ON recommendations (raiser_id);
CREATE INDEX recommendations_focal ON recommendations (focal_id);
CREATE INDEX recommendations_addressed ON recommendations (addressed_id);
CREATE INDEX recommendations_plan ON recommendations (plan_id);
CREATE INDEX recommendations_task ON recommendations (task_id);
CREATE INDEX recommendations_period ON recommendations (period_id);
CREATE INDEX recommendations_respond_by ON recommendations (respond_by);

-- Only ever added to.
CREATE TABLE recommendation_answers (
    id BLOB NOT NULL PRIMARY KEY,
    recommendation_id BLOB NOT NULL REFERENCES recommendations (id),
    organization_id BLOB NOT NULL REFERENCES organizations (id),
    answered_by BLOB NOT NULL,
    answered_at BIGINT NOT NULL,
    text TEXT NOT NULL,
    document_id BLOB
);
CREATE INDEX recommendation_answers_recommendation ON recommendation_answers (recommendation_id, id);
CREATE INDEX recommendation_answers_organization ON recommendation_answers (organization_id);
