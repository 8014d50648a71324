-- What the feed tells: every change of a business record and of who may see one, written by triggers in the transaction of
-- the change, so that no way of writing can forget it; the sequencer numbers what is committed.
CREATE TABLE changes (
    ordinal BIGINT GENERATED ALWAYS AS IDENTITY,
    seq BIGINT UNIQUE,
    what TEXT NOT NULL,
    kind TEXT NOT NULL,
    record_id UUID NOT NULL,
    organization_id UUID,
    province_id UUID,
    audience INTEGER,
    entry_id UUID,
    tx BIGINT NOT NULL,
    told_at TIMESTAMPTZ
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
INSERT INTO feed_secret (name, secret) VALUES ('cursors', gen_random_uuid()::text || gen_random_uuid()::text);

CREATE TABLE calendar_feeds (
    id UUID NOT NULL PRIMARY KEY,
    hash TEXT NOT NULL UNIQUE,
    kind TEXT NOT NULL,
    name TEXT NOT NULL,
    user_id UUID NOT NULL REFERENCES users (id),
    organization_id UUID NOT NULL REFERENCES organizations (id),
    revoked_at TIMESTAMPTZ,
    version INTEGER NOT NULL,
    created_at TIMESTAMPTZ NOT NULL,
    updated_at TIMESTAMPTZ NOT NULL
);
CREATE INDEX calendar_feeds_user ON calendar_feeds (user_id, id);

CREATE FUNCTION change_touched() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    INSERT INTO changes (what, kind, record_id, tx) VALUES ('touched', TG_ARGV[0], NEW.id, txid_current())
    ON CONFLICT (kind, record_id, tx) WHERE seq IS NULL AND what = 'touched' DO NOTHING;
    RETURN NULL;
END $$;
CREATE FUNCTION change_narrowed() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    INSERT INTO changes (what, kind, record_id, province_id, audience, tx)
    VALUES ('narrowed', TG_ARGV[0], OLD.id, OLD.province_id, OLD.audience, txid_current());
    RETURN NULL;
END $$;
CREATE FUNCTION change_deleted() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    INSERT INTO changes (what, kind, record_id, province_id, audience, tx)
    VALUES ('deleted', TG_ARGV[0], OLD.id, OLD.province_id, OLD.audience, txid_current());
    RETURN NULL;
END $$;
CREATE FUNCTION change_entry() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    INSERT INTO changes (what, kind, record_id, province_id, entry_id, tx)
    VALUES ('entry', NEW.kind, NEW.record_id, NEW.province_id, NEW.id, txid_current());
    RETURN NULL;
END $$;
CREATE FUNCTION change_access() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
    before INTEGER := 0;
    after INTEGER := 0;
    word TEXT;
BEGIN
    IF TG_OP <> 'INSERT' THEN before := OLD.relations; END IF;
    IF TG_OP <> 'DELETE' THEN after := NEW.relations; END IF;
    IF before = after THEN RETURN NULL; END IF;
    word := CASE WHEN before = 0 THEN 'gained' WHEN after = 0 THEN 'lost' ELSE 'altered' END;
    IF TG_OP = 'DELETE' THEN
        INSERT INTO changes (what, kind, record_id, organization_id, tx) VALUES (word, OLD.kind, OLD.record_id, OLD.organization_id, txid_current());
    ELSE
        INSERT INTO changes (what, kind, record_id, organization_id, tx) VALUES (word, NEW.kind, NEW.record_id, NEW.organization_id, txid_current());
    END IF;
    RETURN NULL;
END $$;

CREATE FUNCTION change_part_document_id() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    INSERT INTO changes (what, kind, record_id, tx)
    VALUES ('touched', TG_ARGV[0], CASE WHEN TG_OP = 'DELETE' THEN OLD.document_id ELSE NEW.document_id END, txid_current())
    ON CONFLICT (kind, record_id, tx) WHERE seq IS NULL AND what = 'touched' DO NOTHING;
    RETURN NULL;
END $$;
CREATE FUNCTION change_part_organization_id() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    INSERT INTO changes (what, kind, record_id, tx)
    VALUES ('touched', TG_ARGV[0], CASE WHEN TG_OP = 'DELETE' THEN OLD.organization_id ELSE NEW.organization_id END, txid_current())
    ON CONFLICT (kind, record_id, tx) WHERE seq IS NULL AND what = 'touched' DO NOTHING;
    RETURN NULL;
END $$;
CREATE FUNCTION change_part_recommendation_id() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    INSERT INTO changes (what, kind, record_id, tx)
    VALUES ('touched', TG_ARGV[0], CASE WHEN TG_OP = 'DELETE' THEN OLD.recommendation_id ELSE NEW.recommendation_id END, txid_current())
    ON CONFLICT (kind, record_id, tx) WHERE seq IS NULL AND what = 'touched' DO NOTHING;
    RETURN NULL;
END $$;
CREATE FUNCTION change_part_regime_id() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    INSERT INTO changes (what, kind, record_id, tx)
    VALUES ('touched', TG_ARGV[0], CASE WHEN TG_OP = 'DELETE' THEN OLD.regime_id ELSE NEW.regime_id END, txid_current())
    ON CONFLICT (kind, record_id, tx) WHERE seq IS NULL AND what = 'touched' DO NOTHING;
    RETURN NULL;
END $$;
CREATE FUNCTION change_succession() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    INSERT INTO changes (what, kind, record_id, tx)
    VALUES ('touched', 'organization', NEW.predecessor_id, txid_current()), ('touched', 'organization', NEW.successor_id, txid_current())
    ON CONFLICT (kind, record_id, tx) WHERE seq IS NULL AND what = 'touched' DO NOTHING;
    RETURN NULL;
END $$;

CREATE TRIGGER change_entry AFTER INSERT ON journal FOR EACH ROW EXECUTE FUNCTION change_entry();
CREATE TRIGGER change_access AFTER INSERT OR UPDATE OF relations OR DELETE ON access FOR EACH ROW EXECUTE FUNCTION change_access();
CREATE TRIGGER change_succession AFTER INSERT ON organization_successions FOR EACH ROW EXECUTE FUNCTION change_succession();
CREATE TRIGGER change_touched AFTER INSERT OR UPDATE ON plans FOR EACH ROW EXECUTE FUNCTION change_touched('plan');
CREATE TRIGGER change_narrowed AFTER UPDATE OF audience, province_id ON plans FOR EACH ROW
    WHEN (NEW.audience < OLD.audience OR NEW.province_id <> OLD.province_id) EXECUTE FUNCTION change_narrowed('plan');
CREATE TRIGGER change_deleted AFTER DELETE ON plans FOR EACH ROW EXECUTE FUNCTION change_deleted('plan');
CREATE TRIGGER change_touched AFTER INSERT OR UPDATE ON tasks FOR EACH ROW EXECUTE FUNCTION change_touched('task');
CREATE TRIGGER change_narrowed AFTER UPDATE OF audience, province_id ON tasks FOR EACH ROW
    WHEN (NEW.audience < OLD.audience OR NEW.province_id <> OLD.province_id) EXECUTE FUNCTION change_narrowed('task');
CREATE TRIGGER change_deleted AFTER DELETE ON tasks FOR EACH ROW EXECUTE FUNCTION change_deleted('task');
CREATE TRIGGER change_touched AFTER INSERT OR UPDATE ON urgings FOR EACH ROW EXECUTE FUNCTION change_touched('urging');
CREATE TRIGGER change_narrowed AFTER UPDATE OF audience, province_id ON urgings FOR EACH ROW
    WHEN (NEW.audience < OLD.audience OR NEW.province_id <> OLD.province_id) EXECUTE FUNCTION change_narrowed('urging');
CREATE TRIGGER change_deleted AFTER DELETE ON urgings FOR EACH ROW EXECUTE FUNCTION change_deleted('urging');
CREATE TRIGGER change_touched AFTER INSERT OR UPDATE ON documents FOR EACH ROW EXECUTE FUNCTION change_touched('document');
CREATE TRIGGER change_narrowed AFTER UPDATE OF audience, province_id ON documents FOR EACH ROW
    WHEN (NEW.audience < OLD.audience OR NEW.province_id <> OLD.province_id) EXECUTE FUNCTION change_narrowed('document');
CREATE TRIGGER change_deleted AFTER DELETE ON documents FOR EACH ROW EXECUTE FUNCTION change_deleted('document');
CREATE TRIGGER change_touched AFTER INSERT OR UPDATE ON deliveries FOR EACH ROW EXECUTE FUNCTION change_touched('delivery');
CREATE TRIGGER change_narrowed AFTER UPDATE OF audience, province_id ON deliveries FOR EACH ROW
    WHEN (NEW.audience < OLD.audience OR NEW.province_id <> OLD.province_id) EXECUTE FUNCTION change_narrowed('delivery');
CREATE TRIGGER change_deleted AFTER DELETE ON deliveries FOR EACH ROW EXECUTE FUNCTION change_deleted('delivery');
CREATE TRIGGER change_touched AFTER INSERT OR UPDATE ON arrivals FOR EACH ROW EXECUTE FUNCTION change_touched('arrival');
CREATE TRIGGER change_narrowed AFTER UPDATE OF audience, province_id ON arrivals FOR EACH ROW
    WHEN (NEW.audience < OLD.audience OR NEW.province_id <> OLD.province_id) EXECUTE FUNCTION change_narrowed('arrival');
CREATE TRIGGER change_deleted AFTER DELETE ON arrivals FOR EACH ROW EXECUTE FUNCTION change_deleted('arrival');
CREATE TRIGGER change_touched AFTER INSERT OR UPDATE ON recommendations FOR EACH ROW EXECUTE FUNCTION change_touched('recommendation');
CREATE TRIGGER change_narrowed AFTER UPDATE OF audience, province_id ON recommendations FOR EACH ROW
    WHEN (NEW.audience < OLD.audience OR NEW.province_id <> OLD.province_id) EXECUTE FUNCTION change_narrowed('recommendation');
CREATE TRIGGER change_deleted AFTER DELETE ON recommendations FOR EACH ROW EXECUTE FUNCTION change_deleted('recommendation');
CREATE TRIGGER change_touched AFTER INSERT OR UPDATE ON reporting_regimes FOR EACH ROW EXECUTE FUNCTION change_touched('reporting_regime');
CREATE TRIGGER change_narrowed AFTER UPDATE OF audience, province_id ON reporting_regimes FOR EACH ROW
    WHEN (NEW.audience < OLD.audience OR NEW.province_id <> OLD.province_id) EXECUTE FUNCTION change_narrowed('reporting_regime');
CREATE TRIGGER change_deleted AFTER DELETE ON reporting_regimes FOR EACH ROW EXECUTE FUNCTION change_deleted('reporting_regime');
CREATE TRIGGER change_touched AFTER INSERT OR UPDATE ON reporting_periods FOR EACH ROW EXECUTE FUNCTION change_touched('reporting_period');
CREATE TRIGGER change_narrowed AFTER UPDATE OF audience, province_id ON reporting_periods FOR EACH ROW
    WHEN (NEW.audience < OLD.audience OR NEW.province_id <> OLD.province_id) EXECUTE FUNCTION change_narrowed('reporting_period');
CREATE TRIGGER change_deleted AFTER DELETE ON reporting_periods FOR EACH ROW EXECUTE FUNCTION change_deleted('reporting_period');
CREATE TRIGGER change_touched AFTER INSERT OR UPDATE ON reporting_obligations FOR EACH ROW EXECUTE FUNCTION change_touched('reporting_obligation');
CREATE TRIGGER change_narrowed AFTER UPDATE OF audience, province_id ON reporting_obligations FOR EACH ROW
    WHEN (NEW.audience < OLD.audience OR NEW.province_id <> OLD.province_id) EXECUTE FUNCTION change_narrowed('reporting_obligation');
CREATE TRIGGER change_deleted AFTER DELETE ON reporting_obligations FOR EACH ROW EXECUTE FUNCTION change_deleted('reporting_obligation');
CREATE TRIGGER change_touched AFTER INSERT OR UPDATE ON report_submissions FOR EACH ROW EXECUTE FUNCTION change_touched('report_submission');
CREATE TRIGGER change_narrowed AFTER UPDATE OF audience, province_id ON report_submissions FOR EACH ROW
    WHEN (NEW.audience < OLD.audience OR NEW.province_id <> OLD.province_id) EXECUTE FUNCTION change_narrowed('report_submission');
CREATE TRIGGER change_deleted AFTER DELETE ON report_submissions FOR EACH ROW EXECUTE FUNCTION change_deleted('report_submission');
CREATE TRIGGER change_touched AFTER INSERT OR UPDATE ON consolidated_reports FOR EACH ROW EXECUTE FUNCTION change_touched('consolidated_report');
CREATE TRIGGER change_narrowed AFTER UPDATE OF audience, province_id ON consolidated_reports FOR EACH ROW
    WHEN (NEW.audience < OLD.audience OR NEW.province_id <> OLD.province_id) EXECUTE FUNCTION change_narrowed('consolidated_report');
CREATE TRIGGER change_deleted AFTER DELETE ON consolidated_reports FOR EACH ROW EXECUTE FUNCTION change_deleted('consolidated_report');
CREATE TRIGGER change_touched AFTER INSERT OR UPDATE ON organizations FOR EACH ROW EXECUTE FUNCTION change_touched('organization');
CREATE TRIGGER change_part AFTER INSERT OR UPDATE OR DELETE ON document_relations FOR EACH ROW EXECUTE FUNCTION change_part_document_id('document');
CREATE TRIGGER change_part AFTER INSERT OR UPDATE OR DELETE ON document_recipients FOR EACH ROW EXECUTE FUNCTION change_part_document_id('document');
CREATE TRIGGER change_part AFTER INSERT OR UPDATE OR DELETE ON reporting_steps FOR EACH ROW EXECUTE FUNCTION change_part_regime_id('reporting_regime');
CREATE TRIGGER change_part AFTER INSERT OR UPDATE OR DELETE ON reporting_indicators FOR EACH ROW EXECUTE FUNCTION change_part_regime_id('reporting_regime');
CREATE TRIGGER change_part AFTER INSERT OR UPDATE OR DELETE ON recommendation_answers FOR EACH ROW EXECUTE FUNCTION change_part_recommendation_id('recommendation');
CREATE TRIGGER change_part AFTER INSERT OR UPDATE OR DELETE ON organization_aliases FOR EACH ROW EXECUTE FUNCTION change_part_organization_id('organization');

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
