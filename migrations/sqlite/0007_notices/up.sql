-- What a user has seen of the inbox, which itself is derived; and what the audit trail is searched by.
CREATE TABLE notice_marks (
    user_id BLOB NOT NULL REFERENCES users (id),
    notice_key TEXT NOT NULL,
    read_at BIGINT NOT NULL,
    PRIMARY KEY (user_id, notice_key)
);

CREATE INDEX journal_user ON journal (user_id, id);
CREATE INDEX journal_organization ON journal (organization_id, id);
CREATE INDEX journal_act ON journal (act_id);
CREATE INDEX access_log_province ON access_log (province_id, id);
CREATE INDEX access_log_record ON access_log (record_id, id);
