-- Parts in the order of their due dates, whoever looks.
CREATE INDEX task_parts_by_due ON task_parts (due_sort, id);
