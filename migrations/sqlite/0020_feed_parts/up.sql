-- Four lists show what stands in other tables too; its changes are changes of their rows.
-- An arrival says what the document says of itself.
CREATE TRIGGER change_documents_arrivals AFTER UPDATE ON documents
WHEN NEW.issuer_id IS NOT OLD.issuer_id OR NEW.issuer_text IS NOT OLD.issuer_text OR NEW.notation IS NOT OLD.notation OR NEW.number IS NOT OLD.number
    OR NEW.symbol IS NOT OLD.symbol OR NEW.issued_on IS NOT OLD.issued_on OR NEW.summary IS NOT OLD.summary BEGIN
    INSERT INTO changes (what, kind, record_id, tx) SELECT 'touched', 'arrival', a.id, 0 FROM arrivals a WHERE a.document_id = NEW.id
    AND NOT EXISTS (SELECT 1 FROM changes WHERE seq IS NULL AND what = 'touched' AND kind = 'arrival' AND record_id = a.id AND tx = 0) ORDER BY a.id;
END;
-- A period bears the name of its regime.
CREATE TRIGGER change_reporting_regimes_periods AFTER UPDATE OF name ON reporting_regimes WHEN NEW.name <> OLD.name BEGIN
    INSERT INTO changes (what, kind, record_id, tx) SELECT 'touched', 'reporting_period', p.id, 0 FROM reporting_periods p WHERE p.regime_id = NEW.id
    AND NOT EXISTS (SELECT 1 FROM changes WHERE seq IS NULL AND what = 'touched' AND kind = 'reporting_period' AND record_id = p.id AND tx = 0) ORDER BY p.id;
END;
-- A consolidated report is stale once a version that it rests on has a newer one that counts.
CREATE TRIGGER change_report_submissions_stale_insert AFTER INSERT ON report_submissions WHEN NEW.state = 'accepted' BEGIN
    INSERT INTO changes (what, kind, record_id, tx) SELECT 'touched', 'consolidated_report', s.report_id, 0 FROM consolidated_sources s
    WHERE s.obligation_id = NEW.obligation_id AND s.version_no < NEW.version_no
    AND NOT EXISTS (SELECT 1 FROM changes WHERE seq IS NULL AND what = 'touched' AND kind = 'consolidated_report' AND record_id = s.report_id AND tx = 0) ORDER BY s.report_id;
END;
CREATE TRIGGER change_report_submissions_stale_update AFTER UPDATE OF state ON report_submissions WHEN NEW.state = 'accepted' AND OLD.state <> 'accepted' BEGIN
    INSERT INTO changes (what, kind, record_id, tx) SELECT 'touched', 'consolidated_report', s.report_id, 0 FROM consolidated_sources s
    WHERE s.obligation_id = NEW.obligation_id AND s.version_no < NEW.version_no
    AND NOT EXISTS (SELECT 1 FROM changes WHERE seq IS NULL AND what = 'touched' AND kind = 'consolidated_report' AND record_id = s.report_id AND tx = 0) ORDER BY s.report_id;
END;
CREATE TRIGGER change_consolidated_reports_stale_insert AFTER INSERT ON consolidated_reports WHEN NEW.state = 'issued' BEGIN
    INSERT INTO changes (what, kind, record_id, tx) SELECT 'touched', 'consolidated_report', s.report_id, 0 FROM consolidated_sources s
    WHERE s.obligation_id = NEW.obligation_id AND s.version_no < NEW.version_no
    AND NOT EXISTS (SELECT 1 FROM changes WHERE seq IS NULL AND what = 'touched' AND kind = 'consolidated_report' AND record_id = s.report_id AND tx = 0) ORDER BY s.report_id;
END;
CREATE TRIGGER change_consolidated_reports_stale_update AFTER UPDATE OF state ON consolidated_reports WHEN NEW.state = 'issued' AND OLD.state <> 'issued' BEGIN
    INSERT INTO changes (what, kind, record_id, tx) SELECT 'touched', 'consolidated_report', s.report_id, 0 FROM consolidated_sources s
    WHERE s.obligation_id = NEW.obligation_id AND s.version_no < NEW.version_no
    AND NOT EXISTS (SELECT 1 FROM changes WHERE seq IS NULL AND what = 'touched' AND kind = 'consolidated_report' AND record_id = s.report_id AND tx = 0) ORDER BY s.report_id;
END;
-- An obligation shows the requests for more time.
CREATE TRIGGER change_reporting_extensions_insert AFTER INSERT ON reporting_extensions BEGIN
    INSERT INTO changes (what, kind, record_id, tx) SELECT 'touched', 'reporting_obligation', NEW.obligation_id, 0
    WHERE NOT EXISTS (SELECT 1 FROM changes WHERE seq IS NULL AND what = 'touched' AND kind = 'reporting_obligation' AND record_id = NEW.obligation_id AND tx = 0);
END;
CREATE TRIGGER change_reporting_extensions_update AFTER UPDATE ON reporting_extensions BEGIN
    INSERT INTO changes (what, kind, record_id, tx) SELECT 'touched', 'reporting_obligation', NEW.obligation_id, 0
    WHERE NOT EXISTS (SELECT 1 FROM changes WHERE seq IS NULL AND what = 'touched' AND kind = 'reporting_obligation' AND record_id = NEW.obligation_id AND tx = 0);
END;
CREATE TRIGGER change_reporting_extensions_delete AFTER DELETE ON reporting_extensions BEGIN
    INSERT INTO changes (what, kind, record_id, tx) SELECT 'touched', 'reporting_obligation', OLD.obligation_id, 0
    WHERE NOT EXISTS (SELECT 1 FROM changes WHERE seq IS NULL AND what = 'touched' AND kind = 'reporting_obligation' AND record_id = OLD.obligation_id AND tx = 0);
END;

-- Told once more, so that copies which missed such a change are right again.
INSERT INTO changes (what, kind, record_id, tx) SELECT 'touched', 'arrival', r.id, 0 FROM arrivals r
    WHERE NOT EXISTS (SELECT 1 FROM changes WHERE seq IS NULL AND what = 'touched' AND kind = 'arrival' AND record_id = r.id AND tx = 0) ORDER BY r.id;
INSERT INTO changes (what, kind, record_id, tx) SELECT 'touched', 'reporting_period', r.id, 0 FROM reporting_periods r
    WHERE NOT EXISTS (SELECT 1 FROM changes WHERE seq IS NULL AND what = 'touched' AND kind = 'reporting_period' AND record_id = r.id AND tx = 0) ORDER BY r.id;
INSERT INTO changes (what, kind, record_id, tx) SELECT 'touched', 'reporting_obligation', r.id, 0 FROM reporting_obligations r
    WHERE NOT EXISTS (SELECT 1 FROM changes WHERE seq IS NULL AND what = 'touched' AND kind = 'reporting_obligation' AND record_id = r.id AND tx = 0) ORDER BY r.id;
INSERT INTO changes (what, kind, record_id, tx) SELECT 'touched', 'consolidated_report', r.id, 0 FROM consolidated_reports r
    WHERE NOT EXISTS (SELECT 1 FROM changes WHERE seq IS NULL AND what = 'touched' AND kind = 'consolidated_report' AND record_id = r.id AND tx = 0) ORDER BY r.id;
