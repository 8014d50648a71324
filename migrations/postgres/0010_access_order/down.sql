DROP INDEX access_by_state;
DROP INDEX access_by_due;
ALTER TABLE access DROP COLUMN due_sort;
ALTER TABLE access DROP COLUMN state;
