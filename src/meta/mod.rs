//! What a client must know before it asks for records: the words of the field with their labels, and which program answers.

mod routes;

pub use routes::{VocabularyList, mount};
