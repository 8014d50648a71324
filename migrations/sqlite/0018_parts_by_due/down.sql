DROP INDEX task_parts_by_due;
