DROP TABLE report_submissions;
DROP TABLE reporting_extensions;
DROP TABLE reporting_obligations;
DROP TABLE reporting_periods;
DROP TABLE reporting_indicators;
DROP TABLE reporting_steps;
DROP TABLE reporting_regimes;
