DROP TRIGGER change_touched ON task_parts;
DROP TRIGGER change_narrowed ON task_parts;
DROP TRIGGER change_deleted ON task_parts;
DROP TRIGGER change_touched ON extensions;
DROP TRIGGER change_narrowed ON extensions;
DROP TRIGGER change_deleted ON extensions;
DROP FUNCTION change_of_task_narrowed();
DROP FUNCTION change_of_task_deleted();
-- What has its number keeps it: numbers are not given again.
DELETE FROM changes WHERE kind IN ('task_part', 'extension') AND what <> 'entry' AND seq IS NULL;
