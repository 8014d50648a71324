-- Finds a later change of the same record, beside which an older one says no more.
CREATE INDEX changes_record ON changes (record_id, seq) WHERE what <> 'entry';
-- Old changes that may be folded; those that never are stand in no index of theirs.
CREATE INDEX changes_told ON changes (told_at) WHERE what IN ('touched', 'altered');
