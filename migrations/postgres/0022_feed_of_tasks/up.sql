-- Parts of tasks, and requests for more time, are pulled as well. Who sees one is told by the relations to its task; a plan
-- in force is seen by all who oversee the province (audience 1).
CREATE FUNCTION change_of_task_narrowed() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    INSERT INTO changes (what, kind, record_id, province_id, audience, tx)
    VALUES ('narrowed', TG_ARGV[0], OLD.id, OLD.province_id, 1, txid_current());
    RETURN NULL;
END $$;
-- Whoever saw it by a relation to its task has lost it.
CREATE FUNCTION change_of_task_deleted() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    INSERT INTO changes (what, kind, record_id, organization_id, tx)
    SELECT 'lost', TG_ARGV[0], OLD.id, organization_id, txid_current() FROM access WHERE kind = 'task' AND record_id = OLD.task_id ORDER BY organization_id;
    INSERT INTO changes (what, kind, record_id, province_id, audience, tx)
    VALUES ('deleted', TG_ARGV[0], OLD.id, OLD.province_id, 1, txid_current());
    RETURN NULL;
END $$;

CREATE TRIGGER change_touched AFTER INSERT OR UPDATE ON task_parts FOR EACH ROW EXECUTE FUNCTION change_touched('task_part');
CREATE TRIGGER change_narrowed AFTER UPDATE OF province_id ON task_parts FOR EACH ROW
    WHEN (NEW.province_id <> OLD.province_id) EXECUTE FUNCTION change_of_task_narrowed('task_part');
CREATE TRIGGER change_deleted AFTER DELETE ON task_parts FOR EACH ROW EXECUTE FUNCTION change_of_task_deleted('task_part');
CREATE TRIGGER change_touched AFTER INSERT OR UPDATE ON extensions FOR EACH ROW EXECUTE FUNCTION change_touched('extension');
CREATE TRIGGER change_narrowed AFTER UPDATE OF province_id ON extensions FOR EACH ROW
    WHEN (NEW.province_id <> OLD.province_id) EXECUTE FUNCTION change_of_task_narrowed('extension');
CREATE TRIGGER change_deleted AFTER DELETE ON extensions FOR EACH ROW EXECUTE FUNCTION change_of_task_deleted('extension');

-- What there is already: told once, in the order in which it came.
INSERT INTO changes (what, kind, record_id, tx) SELECT 'touched', 'task_part', id, 0 FROM task_parts ORDER BY id;
INSERT INTO changes (what, kind, record_id, tx) SELECT 'touched', 'extension', id, 0 FROM extensions ORDER BY id;
