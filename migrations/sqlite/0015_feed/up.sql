-- What the feed tells: every change of a business record and of who may see one, written by triggers in the transaction of
-- the change, so that no way of writing can forget it; the sequencer numbers what is committed.
CREATE TABLE changes (
    ordinal INTEGER NOT NULL PRIMARY KEY AUTOINCREMENT,
    seq BIGINT UNIQUE,
    what TEXT NOT NULL,
    kind TEXT NOT NULL,
    record_id BLOB NOT NULL,
    organization_id BLOB,
    province_id BLOB,
    audience INTEGER,
    entry_id BLOB,
    tx BIGINT NOT NULL,
    told_at BIGINT
);
CREATE INDEX changes_kind ON changes (kind, seq) WHERE what <> 'entry';
CREATE INDEX changes_deleted ON changes (record_id) WHERE what = 'deleted';
CREATE INDEX changes_waiting ON changes (ordinal) WHERE seq IS NULL;
-- A record that one transaction touches many times is told once.
CREATE UNIQUE INDEX changes_touched ON changes (kind, record_id, tx) WHERE seq IS NULL AND what = 'touched';

-- What seals the feed's cursors, so that nobody writes one: they say what their holder could see.
CREATE TABLE feed_secret (
    name TEXT NOT NULL PRIMARY KEY,
    secret TEXT NOT NULL
);
INSERT INTO feed_secret (name, secret) VALUES ('cursors', lower(hex(randomblob(32))));

CREATE TABLE calendar_feeds (
    id BLOB NOT NULL PRIMARY KEY,
    hash TEXT NOT NULL UNIQUE,
    kind TEXT NOT NULL,
    name TEXT NOT NULL,
    user_id BLOB NOT NULL REFERENCES users (id),
    organization_id BLOB NOT NULL REFERENCES organizations (id),
    revoked_at BIGINT,
    version INTEGER NOT NULL,
    created_at BIGINT NOT NULL,
    updated_at BIGINT NOT NULL
);
CREATE INDEX calendar_feeds_user ON calendar_feeds (user_id, id);

CREATE TRIGGER change_entry AFTER INSERT ON journal BEGIN
    INSERT INTO changes (what, kind, record_id, province_id, entry_id, tx) VALUES ('entry', NEW.kind, NEW.record_id, NEW.province_id, NEW.id, 0);
END;
CREATE TRIGGER change_access_insert AFTER INSERT ON access WHEN NEW.relations <> 0 BEGIN
    INSERT INTO changes (what, kind, record_id, organization_id, tx) VALUES ('gained', NEW.kind, NEW.record_id, NEW.organization_id, 0);
END;
CREATE TRIGGER change_access_update AFTER UPDATE OF relations ON access WHEN NEW.relations <> OLD.relations BEGIN
    INSERT INTO changes (what, kind, record_id, organization_id, tx)
    VALUES (CASE WHEN OLD.relations = 0 THEN 'gained' WHEN NEW.relations = 0 THEN 'lost' ELSE 'altered' END, NEW.kind, NEW.record_id, NEW.organization_id, 0);
END;
CREATE TRIGGER change_access_delete AFTER DELETE ON access WHEN OLD.relations <> 0 BEGIN
    INSERT INTO changes (what, kind, record_id, organization_id, tx) VALUES ('lost', OLD.kind, OLD.record_id, OLD.organization_id, 0);
END;
CREATE TRIGGER change_succession AFTER INSERT ON organization_successions BEGIN
    INSERT INTO changes (what, kind, record_id, tx) SELECT 'touched', 'organization', NEW.predecessor_id, 0
    WHERE NOT EXISTS (SELECT 1 FROM changes WHERE seq IS NULL AND what = 'touched' AND kind = 'organization' AND record_id = NEW.predecessor_id AND tx = 0);
    INSERT INTO changes (what, kind, record_id, tx) SELECT 'touched', 'organization', NEW.successor_id, 0
    WHERE NOT EXISTS (SELECT 1 FROM changes WHERE seq IS NULL AND what = 'touched' AND kind = 'organization' AND record_id = NEW.successor_id AND tx = 0);
END;
CREATE TRIGGER change_plans_insert AFTER INSERT ON plans BEGIN
    INSERT INTO changes (what, kind, record_id, tx) SELECT 'touched', 'plan', NEW.id, 0
    WHERE NOT EXISTS (SELECT 1 FROM changes WHERE seq IS NULL AND what = 'touched' AND kind = 'plan' AND record_id = NEW.id AND tx = 0);
END;
CREATE TRIGGER change_plans_update AFTER UPDATE ON plans BEGIN
    INSERT INTO changes (what, kind, record_id, tx) SELECT 'touched', 'plan', NEW.id, 0
    WHERE NOT EXISTS (SELECT 1 FROM changes WHERE seq IS NULL AND what = 'touched' AND kind = 'plan' AND record_id = NEW.id AND tx = 0);
END;
CREATE TRIGGER change_plans_narrowed AFTER UPDATE OF audience, province_id ON plans
WHEN NEW.audience < OLD.audience OR NEW.province_id <> OLD.province_id BEGIN
    INSERT INTO changes (what, kind, record_id, province_id, audience, tx) VALUES ('narrowed', 'plan', OLD.id, OLD.province_id, OLD.audience, 0);
END;
CREATE TRIGGER change_plans_deleted AFTER DELETE ON plans BEGIN
    INSERT INTO changes (what, kind, record_id, province_id, audience, tx) VALUES ('deleted', 'plan', OLD.id, OLD.province_id, OLD.audience, 0);
END;
CREATE TRIGGER change_tasks_insert AFTER INSERT ON tasks BEGIN
    INSERT INTO changes (what, kind, record_id, tx) SELECT 'touched', 'task', NEW.id, 0
    WHERE NOT EXISTS (SELECT 1 FROM changes WHERE seq IS NULL AND what = 'touched' AND kind = 'task' AND record_id = NEW.id AND tx = 0);
END;
CREATE TRIGGER change_tasks_update AFTER UPDATE ON tasks BEGIN
    INSERT INTO changes (what, kind, record_id, tx) SELECT 'touched', 'task', NEW.id, 0
    WHERE NOT EXISTS (SELECT 1 FROM changes WHERE seq IS NULL AND what = 'touched' AND kind = 'task' AND record_id = NEW.id AND tx = 0);
END;
CREATE TRIGGER change_tasks_narrowed AFTER UPDATE OF audience, province_id ON tasks
WHEN NEW.audience < OLD.audience OR NEW.province_id <> OLD.province_id BEGIN
    INSERT INTO changes (what, kind, record_id, province_id, audience, tx) VALUES ('narrowed', 'task', OLD.id, OLD.province_id, OLD.audience, 0);
END;
CREATE TRIGGER change_tasks_deleted AFTER DELETE ON tasks BEGIN
    INSERT INTO changes (what, kind, record_id, province_id, audience, tx) VALUES ('deleted', 'task', OLD.id, OLD.province_id, OLD.audience, 0);
END;
CREATE TRIGGER change_urgings_insert AFTER INSERT ON urgings BEGIN
    INSERT INTO changes (what, kind, record_id, tx) SELECT 'touched', 'urging', NEW.id, 0
    WHERE NOT EXISTS (SELECT 1 FROM changes WHERE seq IS NULL AND what = 'touched' AND kind = 'urging' AND record_id = NEW.id AND tx = 0);
END;
CREATE TRIGGER change_urgings_update AFTER UPDATE ON urgings BEGIN
    INSERT INTO changes (what, kind, record_id, tx) SELECT 'touched', 'urging', NEW.id, 0
    WHERE NOT EXISTS (SELECT 1 FROM changes WHERE seq IS NULL AND what = 'touched' AND kind = 'urging' AND record_id = NEW.id AND tx = 0);
END;
CREATE TRIGGER change_urgings_narrowed AFTER UPDATE OF audience, province_id ON urgings
WHEN NEW.audience < OLD.audience OR NEW.province_id <> OLD.province_id BEGIN
    INSERT INTO changes (what, kind, record_id, province_id, audience, tx) VALUES ('narrowed', 'urging', OLD.id, OLD.province_id, OLD.audience, 0);
END;
CREATE TRIGGER change_urgings_deleted AFTER DELETE ON urgings BEGIN
    INSERT INTO changes (what, kind, record_id, province_id, audience, tx) VALUES ('deleted', 'urging', OLD.id, OLD.province_id, OLD.audience, 0);
END;
CREATE TRIGGER change_documents_insert AFTER INSERT ON documents BEGIN
    INSERT INTO changes (what, kind, record_id, tx) SELECT 'touched', 'document', NEW.id, 0
    WHERE NOT EXISTS (SELECT 1 FROM changes WHERE seq IS NULL AND what = 'touched' AND kind = 'document' AND record_id = NEW.id AND tx = 0);
END;
CREATE TRIGGER change_documents_update AFTER UPDATE ON documents BEGIN
    INSERT INTO changes (what, kind, record_id, tx) SELECT 'touched', 'document', NEW.id, 0
    WHERE NOT EXISTS (SELECT 1 FROM changes WHERE seq IS NULL AND what = 'touched' AND kind = 'document' AND record_id = NEW.id AND tx = 0);
END;
CREATE TRIGGER change_documents_narrowed AFTER UPDATE OF audience, province_id ON documents
WHEN NEW.audience < OLD.audience OR NEW.province_id <> OLD.province_id BEGIN
    INSERT INTO changes (what, kind, record_id, province_id, audience, tx) VALUES ('narrowed', 'document', OLD.id, OLD.province_id, OLD.audience, 0);
END;
CREATE TRIGGER change_documents_deleted AFTER DELETE ON documents BEGIN
    INSERT INTO changes (what, kind, record_id, province_id, audience, tx) VALUES ('deleted', 'document', OLD.id, OLD.province_id, OLD.audience, 0);
END;
CREATE TRIGGER change_deliveries_insert AFTER INSERT ON deliveries BEGIN
    INSERT INTO changes (what, kind, record_id, tx) SELECT 'touched', 'delivery', NEW.id, 0
    WHERE NOT EXISTS (SELECT 1 FROM changes WHERE seq IS NULL AND what = 'touched' AND kind = 'delivery' AND record_id = NEW.id AND tx = 0);
END;
CREATE TRIGGER change_deliveries_update AFTER UPDATE ON deliveries BEGIN
    INSERT INTO changes (what, kind, record_id, tx) SELECT 'touched', 'delivery', NEW.id, 0
    WHERE NOT EXISTS (SELECT 1 FROM changes WHERE seq IS NULL AND what = 'touched' AND kind = 'delivery' AND record_id = NEW.id AND tx = 0);
END;
CREATE TRIGGER change_deliveries_narrowed AFTER UPDATE OF audience, province_id ON deliveries
WHEN NEW.audience < OLD.audience OR NEW.province_id <> OLD.province_id BEGIN
    INSERT INTO changes (what, kind, record_id, province_id, audience, tx) VALUES ('narrowed', 'delivery', OLD.id, OLD.province_id, OLD.audience, 0);
END;
CREATE TRIGGER change_deliveries_deleted AFTER DELETE ON deliveries BEGIN
    INSERT INTO changes (what, kind, record_id, province_id, audience, tx) VALUES ('deleted', 'delivery', OLD.id, OLD.province_id, OLD.audience, 0);
END;
CREATE TRIGGER change_arrivals_insert AFTER INSERT ON arrivals BEGIN
    INSERT INTO changes (what, kind, record_id, tx) SELECT 'touched', 'arrival', NEW.id, 0
    WHERE NOT EXISTS (SELECT 1 FROM changes WHERE seq IS NULL AND what = 'touched' AND kind = 'arrival' AND record_id = NEW.id AND tx = 0);
END;
CREATE TRIGGER change_arrivals_update AFTER UPDATE ON arrivals BEGIN
    INSERT INTO changes (what, kind, record_id, tx) SELECT 'touched', 'arrival', NEW.id, 0
    WHERE NOT EXISTS (SELECT 1 FROM changes WHERE seq IS NULL AND what = 'touched' AND kind = 'arrival' AND record_id = NEW.id AND tx = 0);
END;
CREATE TRIGGER change_arrivals_narrowed AFTER UPDATE OF audience, province_id ON arrivals
WHEN NEW.audience < OLD.audience OR NEW.province_id <> OLD.province_id BEGIN
    INSERT INTO changes (what, kind, record_id, province_id, audience, tx) VALUES ('narrowed', 'arrival', OLD.id, OLD.province_id, OLD.audience, 0);
END;
CREATE TRIGGER change_arrivals_deleted AFTER DELETE ON arrivals BEGIN
    INSERT INTO changes (what, kind, record_id, province_id, audience, tx) VALUES ('deleted', 'arrival', OLD.id, OLD.province_id, OLD.audience, 0);
END;
CREATE TRIGGER change_recommendations_insert AFTER INSERT ON recommendations BEGIN
    INSERT INTO changes (what, kind, record_id, tx) SELECT 'touched', 'recommendation', NEW.id, 0
    WHERE NOT EXISTS (SELECT 1 FROM changes WHERE seq IS NULL AND what = 'touched' AND kind = 'recommendation' AND record_id = NEW.id AND tx = 0);
END;
CREATE TRIGGER change_recommendations_update AFTER UPDATE ON recommendations BEGIN
    INSERT INTO changes (what, kind, record_id, tx) SELECT 'touched', 'recommendation', NEW.id, 0
    WHERE NOT EXISTS (SELECT 1 FROM changes WHERE seq IS NULL AND what = 'touched' AND kind = 'recommendation' AND record_id = NEW.id AND tx = 0);
END;
CREATE TRIGGER change_recommendations_narrowed AFTER UPDATE OF audience, province_id ON recommendations
WHEN NEW.audience < OLD.audience OR NEW.province_id <> OLD.province_id BEGIN
    INSERT INTO changes (what, kind, record_id, province_id, audience, tx) VALUES ('narrowed', 'recommendation', OLD.id, OLD.province_id, OLD.audience, 0);
END;
CREATE TRIGGER change_recommendations_deleted AFTER DELETE ON recommendations BEGIN
    INSERT INTO changes (what, kind, record_id, province_id, audience, tx) VALUES ('deleted', 'recommendation', OLD.id, OLD.province_id, OLD.audience, 0);
END;
CREATE TRIGGER change_reporting_regimes_insert AFTER INSERT ON reporting_regimes BEGIN
    INSERT INTO changes (what, kind, record_id, tx) SELECT 'touched', 'reporting_regime', NEW.id, 0
    WHERE NOT EXISTS (SELECT 1 FROM changes WHERE seq IS NULL AND what = 'touched' AND kind = 'reporting_regime' AND record_id = NEW.id AND tx = 0);
END;
CREATE TRIGGER change_reporting_regimes_update AFTER UPDATE ON reporting_regimes BEGIN
    INSERT INTO changes (what, kind, record_id, tx) SELECT 'touched', 'reporting_regime', NEW.id, 0
    WHERE NOT EXISTS (SELECT 1 FROM changes WHERE seq IS NULL AND what = 'touched' AND kind = 'reporting_regime' AND record_id = NEW.id AND tx = 0);
END;
CREATE TRIGGER change_reporting_regimes_narrowed AFTER UPDATE OF audience, province_id ON reporting_regimes
WHEN NEW.audience < OLD.audience OR NEW.province_id <> OLD.province_id BEGIN
    INSERT INTO changes (what, kind, record_id, province_id, audience, tx) VALUES ('narrowed', 'reporting_regime', OLD.id, OLD.province_id, OLD.audience, 0);
END;
CREATE TRIGGER change_reporting_regimes_deleted AFTER DELETE ON reporting_regimes BEGIN
    INSERT INTO changes (what, kind, record_id, province_id, audience, tx) VALUES ('deleted', 'reporting_regime', OLD.id, OLD.province_id, OLD.audience, 0);
END;
CREATE TRIGGER change_reporting_periods_insert AFTER INSERT ON reporting_periods BEGIN
    INSERT INTO changes (what, kind, record_id, tx) SELECT 'touched', 'reporting_period', NEW.id, 0
    WHERE NOT EXISTS (SELECT 1 FROM changes WHERE seq IS NULL AND what = 'touched' AND kind = 'reporting_period' AND record_id = NEW.id AND tx = 0);
END;
CREATE TRIGGER change_reporting_periods_update AFTER UPDATE ON reporting_periods BEGIN
    INSERT INTO changes (what, kind, record_id, tx) SELECT 'touched', 'reporting_period', NEW.id, 0
    WHERE NOT EXISTS (SELECT 1 FROM changes WHERE seq IS NULL AND what = 'touched' AND kind = 'reporting_period' AND record_id = NEW.id AND tx = 0);
END;
CREATE TRIGGER change_reporting_periods_narrowed AFTER UPDATE OF audience, province_id ON reporting_periods
WHEN NEW.audience < OLD.audience OR NEW.province_id <> OLD.province_id BEGIN
    INSERT INTO changes (what, kind, record_id, province_id, audience, tx) VALUES ('narrowed', 'reporting_period', OLD.id, OLD.province_id, OLD.audience, 0);
END;
CREATE TRIGGER change_reporting_periods_deleted AFTER DELETE ON reporting_periods BEGIN
    INSERT INTO changes (what, kind, record_id, province_id, audience, tx) VALUES ('deleted', 'reporting_period', OLD.id, OLD.province_id, OLD.audience, 0);
END;
CREATE TRIGGER change_reporting_obligations_insert AFTER INSERT ON reporting_obligations BEGIN
    INSERT INTO changes (what, kind, record_id, tx) SELECT 'touched', 'reporting_obligation', NEW.id, 0
    WHERE NOT EXISTS (SELECT 1 FROM changes WHERE seq IS NULL AND what = 'touched' AND kind = 'reporting_obligation' AND record_id = NEW.id AND tx = 0);
END;
CREATE TRIGGER change_reporting_obligations_update AFTER UPDATE ON reporting_obligations BEGIN
    INSERT INTO changes (what, kind, record_id, tx) SELECT 'touched', 'reporting_obligation', NEW.id, 0
    WHERE NOT EXISTS (SELECT 1 FROM changes WHERE seq IS NULL AND what = 'touched' AND kind = 'reporting_obligation' AND record_id = NEW.id AND tx = 0);
END;
CREATE TRIGGER change_reporting_obligations_narrowed AFTER UPDATE OF audience, province_id ON reporting_obligations
WHEN NEW.audience < OLD.audience OR NEW.province_id <> OLD.province_id BEGIN
    INSERT INTO changes (what, kind, record_id, province_id, audience, tx) VALUES ('narrowed', 'reporting_obligation', OLD.id, OLD.province_id, OLD.audience, 0);
END;
CREATE TRIGGER change_reporting_obligations_deleted AFTER DELETE ON reporting_obligations BEGIN
    INSERT INTO changes (what, kind, record_id, province_id, audience, tx) VALUES ('deleted', 'reporting_obligation', OLD.id, OLD.province_id, OLD.audience, 0);
END;
CREATE TRIGGER change_report_submissions_insert AFTER INSERT ON report_submissions BEGIN
    INSERT INTO changes (what, kind, record_id, tx) SELECT 'touched', 'report_submission', NEW.id, 0
    WHERE NOT EXISTS (SELECT 1 FROM changes WHERE seq IS NULL AND what = 'touched' AND kind = 'report_submission' AND record_id = NEW.id AND tx = 0);
END;
CREATE TRIGGER change_report_submissions_update AFTER UPDATE ON report_submissions BEGIN
    INSERT INTO changes (what, kind, record_id, tx) SELECT 'touched', 'report_submission', NEW.id, 0
    WHERE NOT EXISTS (SELECT 1 FROM changes WHERE seq IS NULL AND what = 'touched' AND kind = 'report_submission' AND record_id = NEW.id AND tx = 0);
END;
CREATE TRIGGER change_report_submissions_narrowed AFTER UPDATE OF audience, province_id ON report_submissions
WHEN NEW.audience < OLD.audience OR NEW.province_id <> OLD.province_id BEGIN
    INSERT INTO changes (what, kind, record_id, province_id, audience, tx) VALUES ('narrowed', 'report_submission', OLD.id, OLD.province_id, OLD.audience, 0);
END;
CREATE TRIGGER change_report_submissions_deleted AFTER DELETE ON report_submissions BEGIN
    INSERT INTO changes (what, kind, record_id, province_id, audience, tx) VALUES ('deleted', 'report_submission', OLD.id, OLD.province_id, OLD.audience, 0);
END;
CREATE TRIGGER change_consolidated_reports_insert AFTER INSERT ON consolidated_reports BEGIN
    INSERT INTO changes (what, kind, record_id, tx) SELECT 'touched', 'consolidated_report', NEW.id, 0
    WHERE NOT EXISTS (SELECT 1 FROM changes WHERE seq IS NULL AND what = 'touched' AND kind = 'consolidated_report' AND record_id = NEW.id AND tx = 0);
END;
CREATE TRIGGER change_consolidated_reports_update AFTER UPDATE ON consolidated_reports BEGIN
    INSERT INTO changes (what, kind, record_id, tx) SELECT 'touched', 'consolidated_report', NEW.id, 0
    WHERE NOT EXISTS (SELECT 1 FROM changes WHERE seq IS NULL AND what = 'touched' AND kind = 'consolidated_report' AND record_id = NEW.id AND tx = 0);
END;
CREATE TRIGGER change_consolidated_reports_narrowed AFTER UPDATE OF audience, province_id ON consolidated_reports
WHEN NEW.audience < OLD.audience OR NEW.province_id <> OLD.province_id BEGIN
    INSERT INTO changes (what, kind, record_id, province_id, audience, tx) VALUES ('narrowed', 'consolidated_report', OLD.id, OLD.province_id, OLD.audience, 0);
END;
CREATE TRIGGER change_consolidated_reports_deleted AFTER DELETE ON consolidated_reports BEGIN
    INSERT INTO changes (what, kind, record_id, province_id, audience, tx) VALUES ('deleted', 'consolidated_report', OLD.id, OLD.province_id, OLD.audience, 0);
END;
CREATE TRIGGER change_organizations_insert AFTER INSERT ON organizations BEGIN
    INSERT INTO changes (what, kind, record_id, tx) SELECT 'touched', 'organization', NEW.id, 0
    WHERE NOT EXISTS (SELECT 1 FROM changes WHERE seq IS NULL AND what = 'touched' AND kind = 'organization' AND record_id = NEW.id AND tx = 0);
END;
CREATE TRIGGER change_organizations_update AFTER UPDATE ON organizations BEGIN
    INSERT INTO changes (what, kind, record_id, tx) SELECT 'touched', 'organization', NEW.id, 0
    WHERE NOT EXISTS (SELECT 1 FROM changes WHERE seq IS NULL AND what = 'touched' AND kind = 'organization' AND record_id = NEW.id AND tx = 0);
END;
CREATE TRIGGER change_document_relations_insert AFTER INSERT ON document_relations BEGIN
    INSERT INTO changes (what, kind, record_id, tx) SELECT 'touched', 'document', NEW.document_id, 0
    WHERE NOT EXISTS (SELECT 1 FROM changes WHERE seq IS NULL AND what = 'touched' AND kind = 'document' AND record_id = NEW.document_id AND tx = 0);
END;
CREATE TRIGGER change_document_relations_update AFTER UPDATE ON document_relations BEGIN
    INSERT INTO changes (what, kind, record_id, tx) SELECT 'touched', 'document', NEW.document_id, 0
    WHERE NOT EXISTS (SELECT 1 FROM changes WHERE seq IS NULL AND what = 'touched' AND kind = 'document' AND record_id = NEW.document_id AND tx = 0);
END;
CREATE TRIGGER change_document_relations_delete AFTER DELETE ON document_relations BEGIN
    INSERT INTO changes (what, kind, record_id, tx) SELECT 'touched', 'document', OLD.document_id, 0
    WHERE NOT EXISTS (SELECT 1 FROM changes WHERE seq IS NULL AND what = 'touched' AND kind = 'document' AND record_id = OLD.document_id AND tx = 0);
END;
CREATE TRIGGER change_document_recipients_insert AFTER INSERT ON document_recipients BEGIN
    INSERT INTO changes (what, kind, record_id, tx) SELECT 'touched', 'document', NEW.document_id, 0
    WHERE NOT EXISTS (SELECT 1 FROM changes WHERE seq IS NULL AND what = 'touched' AND kind = 'document' AND record_id = NEW.document_id AND tx = 0);
END;
CREATE TRIGGER change_document_recipients_update AFTER UPDATE ON document_recipients BEGIN
    INSERT INTO changes (what, kind, record_id, tx) SELECT 'touched', 'document', NEW.document_id, 0
    WHERE NOT EXISTS (SELECT 1 FROM changes WHERE seq IS NULL AND what = 'touched' AND kind = 'document' AND record_id = NEW.document_id AND tx = 0);
END;
CREATE TRIGGER change_document_recipients_delete AFTER DELETE ON document_recipients BEGIN
    INSERT INTO changes (what, kind, record_id, tx) SELECT 'touched', 'document', OLD.document_id, 0
    WHERE NOT EXISTS (SELECT 1 FROM changes WHERE seq IS NULL AND what = 'touched' AND kind = 'document' AND record_id = OLD.document_id AND tx = 0);
END;
CREATE TRIGGER change_reporting_steps_insert AFTER INSERT ON reporting_steps BEGIN
    INSERT INTO changes (what, kind, record_id, tx) SELECT 'touched', 'reporting_regime', NEW.regime_id, 0
    WHERE NOT EXISTS (SELECT 1 FROM changes WHERE seq IS NULL AND what = 'touched' AND kind = 'reporting_regime' AND record_id = NEW.regime_id AND tx = 0);
END;
CREATE TRIGGER change_reporting_steps_update AFTER UPDATE ON reporting_steps BEGIN
    INSERT INTO changes (what, kind, record_id, tx) SELECT 'touched', 'reporting_regime', NEW.regime_id, 0
    WHERE NOT EXISTS (SELECT 1 FROM changes WHERE seq IS NULL AND what = 'touched' AND kind = 'reporting_regime' AND record_id = NEW.regime_id AND tx = 0);
END;
CREATE TRIGGER change_reporting_steps_delete AFTER DELETE ON reporting_steps BEGIN
    INSERT INTO changes (what, kind, record_id, tx) SELECT 'touched', 'reporting_regime', OLD.regime_id, 0
    WHERE NOT EXISTS (SELECT 1 FROM changes WHERE seq IS NULL AND what = 'touched' AND kind = 'reporting_regime' AND record_id = OLD.regime_id AND tx = 0);
END;
CREATE TRIGGER change_reporting_indicators_insert AFTER INSERT ON reporting_indicators BEGIN
    INSERT INTO changes (what, kind, record_id, tx) SELECT 'touched', 'reporting_regime', NEW.regime_id, 0
    WHERE NOT EXISTS (SELECT 1 FROM changes WHERE seq IS NULL AND what = 'touched' AND kind = 'reporting_regime' AND record_id = NEW.regime_id AND tx = 0);
END;
CREATE TRIGGER change_reporting_indicators_update AFTER UPDATE ON reporting_indicators BEGIN
    INSERT INTO changes (what, kind, record_id, tx) SELECT 'touched', 'reporting_regime', NEW.regime_id, 0
    WHERE NOT EXISTS (SELECT 1 FROM changes WHERE seq IS NULL AND what = 'touched' AND kind = 'reporting_regime' AND record_id = NEW.regime_id AND tx = 0);
END;
CREATE TRIGGER change_reporting_indicators_delete AFTER DELETE ON reporting_indicators BEGIN
    INSERT INTO changes (what, kind, record_id, tx) SELECT 'touched', 'reporting_regime', OLD.regime_id, 0
    WHERE NOT EXISTS (SELECT 1 FROM changes WHERE seq IS NULL AND what = 'touched' AND kind = 'reporting_regime' AND record_id = OLD.regime_id AND tx = 0);
END;
CREATE TRIGGER change_recommendation_answers_insert AFTER INSERT ON recommendation_answers BEGIN
    INSERT INTO changes (what, kind, record_id, tx) SELECT 'touched', 'recommendation', NEW.recommendation_id, 0
    WHERE NOT EXISTS (SELECT 1 FROM changes WHERE seq IS NULL AND what = 'touched' AND kind = 'recommendation' AND record_id = NEW.recommendation_id AND tx = 0);
END;
CREATE TRIGGER change_recommendation_answers_update AFTER UPDATE ON recommendation_answers BEGIN
    INSERT INTO changes (what, kind, record_id, tx) SELECT 'touched', 'recommendation', NEW.recommendation_id, 0
    WHERE NOT EXISTS (SELECT 1 FROM changes WHERE seq IS NULL AND what = 'touched' AND kind = 'recommendation' AND record_id = NEW.recommendation_id AND tx = 0);
END;
CREATE TRIGGER change_recommendation_answers_delete AFTER DELETE ON recommendation_answers BEGIN
    INSERT INTO changes (what, kind, record_id, tx) SELECT 'touched', 'recommendation', OLD.recommendation_id, 0
    WHERE NOT EXISTS (SELECT 1 FROM changes WHERE seq IS NULL AND what = 'touched' AND kind = 'recommendation' AND record_id = OLD.recommendation_id AND tx = 0);
END;
CREATE TRIGGER change_organization_aliases_insert AFTER INSERT ON organization_aliases BEGIN
    INSERT INTO changes (what, kind, record_id, tx) SELECT 'touched', 'organization', NEW.organization_id, 0
    WHERE NOT EXISTS (SELECT 1 FROM changes WHERE seq IS NULL AND what = 'touched' AND kind = 'organization' AND record_id = NEW.organization_id AND tx = 0);
END;
CREATE TRIGGER change_organization_aliases_update AFTER UPDATE ON organization_aliases BEGIN
    INSERT INTO changes (what, kind, record_id, tx) SELECT 'touched', 'organization', NEW.organization_id, 0
    WHERE NOT EXISTS (SELECT 1 FROM changes WHERE seq IS NULL AND what = 'touched' AND kind = 'organization' AND record_id = NEW.organization_id AND tx = 0);
END;
CREATE TRIGGER change_organization_aliases_delete AFTER DELETE ON organization_aliases BEGIN
    INSERT INTO changes (what, kind, record_id, tx) SELECT 'touched', 'organization', OLD.organization_id, 0
    WHERE NOT EXISTS (SELECT 1 FROM changes WHERE seq IS NULL AND what = 'touched' AND kind = 'organization' AND record_id = OLD.organization_id AND tx = 0);
END;

-- What there is already: told once, in the order in which it came.
INSERT INTO changes (what, kind, record_id, tx) SELECT 'touched', 'plan', id, 0 FROM plans ORDER BY id;
INSERT INTO changes (what, kind, record_id, tx) SELECT 'touched', 'task', id, 0 FROM tasks ORDER BY id;
INSERT INTO changes (what, kind, record_id, tx) SELECT 'touched', 'urging', id, 0 FROM urgings ORDER BY id;
INSERT INTO changes (what, kind, record_id, tx) SELECT 'touched', 'document', id, 0 FROM documents ORDER BY id;
INSERT INTO changes (what, kind, record_id, tx) SELECT 'touched', 'delivery', id, 0 FROM deliveries ORDER BY id;
INSERT INTO changes (what, kind, record_id, tx) SELECT 'touched', 'arrival', id, 0 FROM arrivals ORDER BY id;
INSERT INTO changes (what, kind, record_id, tx) SELECT 'touched', 'recommendation', id, 0 FROM recommendations ORDER BY id;
INSERT INTO changes (what, kind, record_id, tx) SELECT 'touched', 'reporting_regime', id, 0 FROM reporting_regimes ORDER BY id;
INSERT INTO changes (what, kind, record_id, tx) SELECT 'touched', 'reporting_period', id, 0 FROM reporting_periods ORDER BY id;
INSERT INTO changes (what, kind, record_id, tx) SELECT 'touched', 'reporting_obligation', id, 0 FROM reporting_obligations ORDER BY id;
INSERT INTO changes (what, kind, record_id, tx) SELECT 'touched', 'report_submission', id, 0 FROM report_submissions ORDER BY id;
INSERT INTO changes (what, kind, record_id, tx) SELECT 'touched', 'consolidated_report', id, 0 FROM consolidated_reports ORDER BY id;
INSERT INTO changes (what, kind, record_id, tx) SELECT 'touched', 'organization', id, 0 FROM organizations ORDER BY id;
INSERT INTO changes (what, kind, record_id, province_id, entry_id, tx) SELECT 'entry', kind, record_id, province_id, id, 0 FROM journal ORDER BY id;
