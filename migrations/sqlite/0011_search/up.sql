-- Searching the large registers: trigrams of the folded text, which a term of three letters or more is looked up by.
-- The numbers are written down, because VACUUM changes those that are not.

CREATE TABLE tasks_fts_ids (n INTEGER PRIMARY KEY, record_id BLOB NOT NULL UNIQUE);
CREATE VIRTUAL TABLE tasks_fts USING fts5 (fold, content = '', detail = none, tokenize = 'trigram');
INSERT INTO tasks_fts_ids (record_id) SELECT id FROM tasks;
INSERT INTO tasks_fts (rowid, fold) SELECT i.n, r.content_fold FROM tasks_fts_ids i JOIN tasks r ON r.id = i.record_id;
CREATE TRIGGER tasks_fts_insert AFTER INSERT ON tasks BEGIN
    INSERT INTO tasks_fts_ids (record_id) VALUES (new.id);
    INSERT INTO tasks_fts (rowid, fold) SELECT n, new.content_fold FROM tasks_fts_ids WHERE record_id = new.id;
END;
CREATE TRIGGER tasks_fts_update AFTER UPDATE OF content_fold ON tasks WHEN old.content_fold <> new.content_fold BEGIN
    INSERT INTO tasks_fts (tasks_fts, rowid, fold) SELECT 'delete', n, old.content_fold FROM tasks_fts_ids WHERE record_id = new.id;
    INSERT INTO tasks_fts (rowid, fold) SELECT n, new.content_fold FROM tasks_fts_ids WHERE record_id = new.id;
END;
CREATE TRIGGER tasks_fts_delete AFTER DELETE ON tasks BEGIN
    INSERT INTO tasks_fts (tasks_fts, rowid, fold) SELECT 'delete', n, old.content_fold FROM tasks_fts_ids WHERE record_id = old.id;
    DELETE FROM tasks_fts_ids WHERE record_id = old.id;
END;

CREATE TABLE documents_fts_ids (n INTEGER PRIMARY KEY, record_id BLOB NOT NULL UNIQUE);
CREATE VIRTUAL TABLE documents_fts USING fts5 (fold, content = '', detail = none, tokenize = 'trigram');
INSERT INTO documents_fts_ids (record_id) SELECT id FROM documents;
INSERT INTO documents_fts (rowid, fold) SELECT i.n, r.search_fold FROM documents_fts_ids i JOIN documents r ON r.id = i.record_id;
CREATE TRIGGER documents_fts_insert AFTER INSERT ON documents BEGIN
    INSERT INTO documents_fts_ids (record_id) VALUES (new.id);
    INSERT INTO documents_fts (rowid, fold) SELECT n, new.search_fold FROM documents_fts_ids WHERE record_id = new.id;
END;
CREATE TRIGGER documents_fts_update AFTER UPDATE OF search_fold ON documents WHEN old.search_fold <> new.search_fold BEGIN
    INSERT INTO documents_fts (documents_fts, rowid, fold) SELECT 'delete', n, old.search_fold FROM documents_fts_ids WHERE record_id = new.id;
    INSERT INTO documents_fts (rowid, fold) SELECT n, new.search_fold FROM documents_fts_ids WHERE record_id = new.id;
END;
CREATE TRIGGER documents_fts_delete AFTER DELETE ON documents BEGIN
    INSERT INTO documents_fts (documents_fts, rowid, fold) SELECT 'delete', n, old.search_fold FROM documents_fts_ids WHERE record_id = old.id;
    DELETE FROM documents_fts_ids WHERE record_id = old.id;
END;
