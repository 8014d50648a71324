DROP INDEX changes_told;
DROP INDEX changes_record;
