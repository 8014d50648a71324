-- What the inbox asks of plans: completions and requests that wait, by state.
CREATE INDEX task_occurrences_state ON task_occurrences (state, task_id);
CREATE INDEX extensions_state ON extensions (state, task_id);
