DROP TABLE attachments;
DROP TABLE arrivals;
DROP TABLE deliveries;
DROP TABLE document_numbers;
DROP TABLE document_recipients;
DROP TABLE document_relations;
DROP TABLE document_texts;
DROP TABLE documents;
