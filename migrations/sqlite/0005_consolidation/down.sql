DROP TABLE consolidated_lineage;
DROP TABLE consolidated_sources;
DROP TABLE consolidated_contents;
DROP TABLE consolidated_reports;
