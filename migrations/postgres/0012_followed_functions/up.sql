-- Whether what follows from a function (who sees which plan and report) has been set, so that its first and last day are
-- noticed.
ALTER TABLE organization_functions ADD COLUMN followed BOOLEAN NOT NULL DEFAULT FALSE;
