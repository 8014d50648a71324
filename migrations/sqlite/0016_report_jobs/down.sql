DROP INDEX journal_at;
DROP TABLE report_runs;
DROP TABLE report_jobs;
