DROP TABLE urgings;
DROP TABLE extensions;
DROP TABLE task_progress;
DROP TABLE task_parts;
DROP TABLE task_occurrences;
DROP TABLE tasks;
DROP TABLE plans;
