DROP TRIGGER change_task_parts_insert;
DROP TRIGGER change_task_parts_update;
DROP TRIGGER change_task_parts_narrowed;
DROP TRIGGER change_task_parts_deleted;
DROP TRIGGER change_extensions_insert;
DROP TRIGGER change_extensions_update;
DROP TRIGGER change_extensions_narrowed;
DROP TRIGGER change_extensions_deleted;
-- What has its number keeps it: numbers are not given again.
DELETE FROM changes WHERE kind IN ('task_part', 'extension') AND what <> 'entry' AND seq IS NULL;
