-- Regimes in the order of their names, of which the beginning counts.
DROP INDEX reporting_regimes_name;
CREATE INDEX reporting_regimes_name ON reporting_regimes (substr(name_fold, 1, 160), id);
