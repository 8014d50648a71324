ALTER TABLE organization_functions DROP COLUMN followed;
