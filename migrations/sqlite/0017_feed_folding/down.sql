DROP INDEX changes_record;
