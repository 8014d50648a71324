DROP TABLE reading_proposals;
DROP TABLE reading_texts;
DROP TABLE readings;
