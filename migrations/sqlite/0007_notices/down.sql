DROP INDEX access_log_record;
DROP INDEX access_log_province;
DROP INDEX journal_act;
DROP INDEX journal_organization;
DROP INDEX journal_user;
DROP TABLE notice_marks;
