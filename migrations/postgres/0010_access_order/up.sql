-- Tasks repeat on their access rows what lists filter and sort by: an agency's page is then one range of one index.
ALTER TABLE access ADD COLUMN state TEXT;
ALTER TABLE access ADD COLUMN due_sort DATE;
UPDATE access SET state = t.state, due_sort = t.due_sort FROM tasks t WHERE access.kind = 'task' AND t.id = access.record_id;
CREATE INDEX access_by_due ON access (organization_id, kind, due_sort, record_id) WHERE due_sort IS NOT NULL;
CREATE INDEX access_by_state ON access (organization_id, kind, state, due_sort, record_id) WHERE due_sort IS NOT NULL;
