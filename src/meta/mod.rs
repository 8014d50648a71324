//! What a client must know before it asks for records: the words of the field with their labels, and which program answers.

mod routes;
mod vocabulary;

pub use routes::{VocabularyList, mount};
pub use vocabulary::VOCABULARY;
