use crate::{id::Id, schema::attachments, time::Stamp, words};
use diesel::prelude::*;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

words! {
    /// Whether its text could be read for secrecy levels.
    TextLayer {
        None = "none", "Không có lớp chữ", "No text layer";
        Read = "read", "Đã đọc lớp chữ", "Text layer read";
        Unreadable = "unreadable", "Không đọc được lớp chữ", "Text layer could not be read";
    }
}

/// The kind of record, as the journal names it.
pub const KIND: &str = "attachment";

/// A file of a document.
#[derive(Debug, Clone, Queryable, Selectable, Insertable, Serialize, ToSchema)]
#[diesel(table_name = attachments, treat_none_as_default_value = false)]
pub struct Attachment {
    pub id: Id,
    pub document_id: Id,
    #[schema(example = "Kế hoạch 217.docx")]
    pub file_name: String,
    /// As the sender said; the content is served as `application/octet-stream`.
    #[schema(example = "application/pdf")]
    pub media_type: String,
    /// Bytes.
    pub size: i64,
    /// SHA-256 of the content in hexadecimal; also its entity tag.
    pub sha256: String,
    pub text_layer: TextLayer,
    pub version: i32,
    pub created_at: Stamp,
    pub created_by: Option<Id>,
}

crate::filtered_by! {
    Attachment: attachments;
    file_name, media_type, size, sha256, text_layer: TextLayer, created_by, created_at
}

/// The form by which a file is sent.
#[derive(Debug, Deserialize, ToSchema)]
#[allow(dead_code)] // read by stream, never as a whole; here for the document alone
pub struct AttachmentForm {
    /// The file, 50 MiB at most.
    #[schema(value_type = String, format = Binary, content_media_type = "application/octet-stream")]
    pub file: Vec<u8>,
}
