-- Parts of tasks, and requests for more time, are pulled as well. Who sees one is told by the relations to its task; a plan
-- in force is seen by all who oversee the province (audience 1).
CREATE TRIGGER change_task_parts_insert AFTER INSERT ON task_parts BEGIN
    INSERT INTO changes (what, kind, record_id, tx) SELECT 'touched', 'task_part', NEW.id, 0
    WHERE NOT EXISTS (SELECT 1 FROM changes WHERE seq IS NULL AND what = 'touched' AND kind = 'task_part' AND record_id = NEW.id AND tx = 0);
END;
CREATE TRIGGER change_task_parts_update AFTER UPDATE ON task_parts BEGIN
    INSERT INTO changes (what, kind, record_id, tx) SELECT 'touched', 'task_part', NEW.id, 0
    WHERE NOT EXISTS (SELECT 1 FROM changes WHERE seq IS NULL AND what = 'touched' AND kind = 'task_part' AND record_id = NEW.id AND tx = 0);
END;
CREATE TRIGGER change_task_parts_narrowed AFTER UPDATE OF province_id ON task_parts WHEN NEW.province_id <> OLD.province_id BEGIN
    INSERT INTO changes (what, kind, record_id, province_id, audience, tx) VALUES ('narrowed', 'task_part', OLD.id, OLD.province_id, 1, 0);
END;
-- Whoever saw it by a relation to its task has lost it.
CREATE TRIGGER change_task_parts_deleted AFTER DELETE ON task_parts BEGIN
    INSERT INTO changes (what, kind, record_id, organization_id, tx)
    SELECT 'lost', 'task_part', OLD.id, organization_id, 0 FROM access WHERE kind = 'task' AND record_id = OLD.task_id ORDER BY organization_id;
    INSERT INTO changes (what, kind, record_id, province_id, audience, tx) VALUES ('deleted', 'task_part', OLD.id, OLD.province_id, 1, 0);
END;
CREATE TRIGGER change_extensions_insert AFTER INSERT ON extensions BEGIN
    INSERT INTO changes (what, kind, record_id, tx) SELECT 'touched', 'extension', NEW.id, 0
    WHERE NOT EXISTS (SELECT 1 FROM changes WHERE seq IS NULL AND what = 'touched' AND kind = 'extension' AND record_id = NEW.id AND tx = 0);
END;
CREATE TRIGGER change_extensions_update AFTER UPDATE ON extensions BEGIN
    INSERT INTO changes (what, kind, record_id, tx) SELECT 'touched', 'extension', NEW.id, 0
    WHERE NOT EXISTS (SELECT 1 FROM changes WHERE seq IS NULL AND what = 'touched' AND kind = 'extension' AND record_id = NEW.id AND tx = 0);
END;
CREATE TRIGGER change_extensions_narrowed AFTER UPDATE OF province_id ON extensions WHEN NEW.province_id <> OLD.province_id BEGIN
    INSERT INTO changes (what, kind, record_id, province_id, audience, tx) VALUES ('narrowed', 'extension', OLD.id, OLD.province_id, 1, 0);
END;
-- Whoever saw it by a relation to its task has lost it.
CREATE TRIGGER change_extensions_deleted AFTER DELETE ON extensions BEGIN
    INSERT INTO changes (what, kind, record_id, organization_id, tx)
    SELECT 'lost', 'extension', OLD.id, organization_id, 0 FROM access WHERE kind = 'task' AND record_id = OLD.task_id ORDER BY organization_id;
    INSERT INTO changes (what, kind, record_id, province_id, audience, tx) VALUES ('deleted', 'extension', OLD.id, OLD.province_id, 1, 0);
END;

-- What there is already: told once, in the order in which it came.
INSERT INTO changes (what, kind, record_id, tx) SELECT 'touched', 'task_part', id, 0 FROM task_parts ORDER BY id;
INSERT INTO changes (what, kind, record_id, tx) SELECT 'touched', 'extension', id, 0 FROM extensions ORDER BY id;
