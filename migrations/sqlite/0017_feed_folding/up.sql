-- Finds earlier changes of the same record, which say no more beside a later one.
CREATE INDEX changes_record ON changes (record_id, seq) WHERE what <> 'entry';
