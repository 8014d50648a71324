DROP INDEX reporting_regimes_name;
CREATE INDEX reporting_regimes_name ON reporting_regimes (name_fold, id);
