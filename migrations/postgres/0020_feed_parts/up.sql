-- Four lists show what stands in other tables too; its changes are changes of their rows.
-- An arrival says what the document says of itself.
CREATE FUNCTION change_arrivals() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    INSERT INTO changes (what, kind, record_id, tx) SELECT 'touched', 'arrival', id, txid_current() FROM arrivals WHERE document_id = NEW.id ORDER BY id
    ON CONFLICT (kind, record_id, tx) WHERE seq IS NULL AND what = 'touched' DO NOTHING;
    RETURN NULL;
END $$;
-- A period bears the name of its regime.
CREATE FUNCTION change_periods() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    INSERT INTO changes (what, kind, record_id, tx) SELECT 'touched', 'reporting_period', id, txid_current() FROM reporting_periods WHERE regime_id = NEW.id ORDER BY id
    ON CONFLICT (kind, record_id, tx) WHERE seq IS NULL AND what = 'touched' DO NOTHING;
    RETURN NULL;
END $$;
-- A consolidated report is stale once a version that it rests on has a newer one that counts.
CREATE FUNCTION change_stale() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    INSERT INTO changes (what, kind, record_id, tx)
    SELECT 'touched', 'consolidated_report', report_id, txid_current() FROM consolidated_sources
    WHERE obligation_id = NEW.obligation_id AND version_no < NEW.version_no ORDER BY report_id
    ON CONFLICT (kind, record_id, tx) WHERE seq IS NULL AND what = 'touched' DO NOTHING;
    RETURN NULL;
END $$;
-- An obligation shows the requests for more time.
CREATE FUNCTION change_part_obligation_id() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    INSERT INTO changes (what, kind, record_id, tx)
    VALUES ('touched', TG_ARGV[0], CASE WHEN TG_OP = 'DELETE' THEN OLD.obligation_id ELSE NEW.obligation_id END, txid_current())
    ON CONFLICT (kind, record_id, tx) WHERE seq IS NULL AND what = 'touched' DO NOTHING;
    RETURN NULL;
END $$;

CREATE TRIGGER change_arrivals AFTER UPDATE ON documents FOR EACH ROW
    WHEN (ROW(NEW.issuer_id, NEW.issuer_text, NEW.notation, NEW.number, NEW.symbol, NEW.issued_on, NEW.summary)
        IS DISTINCT FROM ROW(OLD.issuer_id, OLD.issuer_text, OLD.notation, OLD.number, OLD.symbol, OLD.issued_on, OLD.summary))
    EXECUTE FUNCTION change_arrivals();
CREATE TRIGGER change_periods AFTER UPDATE OF name ON reporting_regimes FOR EACH ROW WHEN (NEW.name <> OLD.name) EXECUTE FUNCTION change_periods();
CREATE TRIGGER change_part AFTER INSERT OR UPDATE OR DELETE ON reporting_extensions FOR EACH ROW EXECUTE FUNCTION change_part_obligation_id('reporting_obligation');
CREATE TRIGGER change_stale_insert AFTER INSERT ON report_submissions FOR EACH ROW WHEN (NEW.state = 'accepted') EXECUTE FUNCTION change_stale();
CREATE TRIGGER change_stale_update AFTER UPDATE OF state ON report_submissions FOR EACH ROW
    WHEN (NEW.state = 'accepted' AND OLD.state <> 'accepted') EXECUTE FUNCTION change_stale();
CREATE TRIGGER change_stale_insert AFTER INSERT ON consolidated_reports FOR EACH ROW WHEN (NEW.state = 'issued') EXECUTE FUNCTION change_stale();
CREATE TRIGGER change_stale_update AFTER UPDATE OF state ON consolidated_reports FOR EACH ROW
    WHEN (NEW.state = 'issued' AND OLD.state <> 'issued') EXECUTE FUNCTION change_stale();

-- Told once more, so that copies which missed such a change are right again.
INSERT INTO changes (what, kind, record_id, tx) SELECT 'touched', 'arrival', id, 0 FROM arrivals ORDER BY id
    ON CONFLICT (kind, record_id, tx) WHERE seq IS NULL AND what = 'touched' DO NOTHING;
INSERT INTO changes (what, kind, record_id, tx) SELECT 'touched', 'reporting_period', id, 0 FROM reporting_periods ORDER BY id
    ON CONFLICT (kind, record_id, tx) WHERE seq IS NULL AND what = 'touched' DO NOTHING;
INSERT INTO changes (what, kind, record_id, tx) SELECT 'touched', 'reporting_obligation', id, 0 FROM reporting_obligations ORDER BY id
    ON CONFLICT (kind, record_id, tx) WHERE seq IS NULL AND what = 'touched' DO NOTHING;
INSERT INTO changes (what, kind, record_id, tx) SELECT 'touched', 'consolidated_report', id, 0 FROM consolidated_reports ORDER BY id
    ON CONFLICT (kind, record_id, tx) WHERE seq IS NULL AND what = 'touched' DO NOTHING;
