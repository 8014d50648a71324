DROP TABLE recommendation_answers;
DROP TABLE recommendations;
