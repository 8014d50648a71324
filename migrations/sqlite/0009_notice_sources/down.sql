DROP INDEX extensions_state;
DROP INDEX task_occurrences_state;
