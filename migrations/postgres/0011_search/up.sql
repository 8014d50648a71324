-- Searching the large registers: trigrams of the folded text, which a term of three letters or more is looked up by.
CREATE EXTENSION IF NOT EXISTS pg_trgm;
CREATE INDEX tasks_trigrams ON tasks USING gin (content_fold gin_trgm_ops);
CREATE INDEX documents_trigrams ON documents USING gin (search_fold gin_trgm_ops);
