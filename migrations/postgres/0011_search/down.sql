DROP INDEX documents_trigrams;
DROP INDEX tasks_trigrams;
DROP EXTENSION IF EXISTS pg_trgm;
