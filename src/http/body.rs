//! A JSON body: read strictly, normalised, checked against the document and searched for marks of state secrets; what is
//! found is told when the verb opens it.

use super::{call::Seen, marks::Marks, strict::strict};
use crate::{
    error::{Error, Fault, Result},
    id::Id,
};
use actix_web::{FromRequest, HttpMessage, HttpRequest, dev::Payload, web::Bytes};
use serde::{
    Deserialize, Serialize,
    de::{DeserializeOwned, Deserializer},
};
use serde_json::{Map, Value};
use sha2::{Digest, Sha256};
use std::{future::Future, marker::PhantomData, pin::Pin, sync::Arc};

/// Bytes of a JSON body, at most.
pub const BODY_LIMIT: usize = 1 << 20;

/// A body that a verb opens after it knows that the caller may, and that the state allows it.
#[derive(Debug)]
pub struct Body<T> {
    value: Value,
    faults: Vec<Fault>,
    marks: Marks,
    hash: String,
    kind: PhantomData<fn() -> T>,
}

/// Something that a write is made from; its hash is part of what an idempotency key covers.
pub trait Sent {
    /// SHA-256 of the bytes as sent, in hexadecimal; empty without a body.
    fn hash(&self) -> &str;
}
impl Sent for () {
    fn hash(&self) -> &str {
        ""
    }
}
impl<T> Sent for Body<T> {
    fn hash(&self) -> &str {
        &self.hash
    }
}

impl<T: DeserializeOwned> Body<T> {
    /// The body's content, or 422 with every fault at once; of marks of a state secret before all else (RULES 8).
    pub fn open(&self) -> Result<T> {
        self.marks.refuse(&self.faults)?;
        if !self.faults.is_empty() {
            return Err(Error::invalid(self.faults.clone()));
        }
        T::deserialize(&self.value).map_err(|e| {
            let vi = "Có giá trị không đọc được theo kiểu của trường; hãy so nội dung với lược đồ của thao tác này trong /api/v1/openapi.json.";
            Error::fault("", "invalid", vi, format!("The body cannot be read: {e}."))
        })
    }
    /// Whether the body names this member, be it as null.
    pub fn names(&self, member: &str) -> bool {
        self.value.get(member).is_some()
    }
    /// The body as it was sent, for verbs that look before they open.
    pub fn value(&self) -> &Value {
        &self.value
    }
    /// The id that a member gives, where it gives one: for verbs whose right hangs on a record that the body names.
    pub fn id(&self, member: &str) -> Option<Id> {
        self.value.get(member).and_then(Value::as_str).and_then(Id::parse)
    }
    /// What a merge patch makes of a member that is stored as one object: absent it stays, null clears it, and its own
    /// members are merged.
    pub fn merged<S: Serialize + DeserializeOwned>(&self, member: &str, stored: Option<S>) -> Result<Option<S>> {
        let Some(patch) = self.value.get(member) else { return Ok(stored) };
        if patch.is_null() {
            return Ok(None);
        }
        let mut merged = serde_json::to_value(stored)?;
        merge(&mut merged, patch, 0);
        serde_json::from_value(merged).map(Some).map_err(|e| unfit(member, &e))
    }
}

/// Its parts fit each on its own, but not what the merge made of them.
fn unfit(member: &str, e: &serde_json::Error) -> Error {
    let vi = "Gộp vào dữ liệu đã lưu thì trường này thiếu phần hoặc có phần không hợp với nhau; hãy gửi đủ các phần của nó.";
    let en = format!("Merged into what is stored it does not fit: {e}.");
    Error::fault(format!("/{member}"), "invalid", vi, en)
}

/// RFC 7396, but a due rule is replaced as a whole: which members one has depends on its kind.
fn merge(target: &mut Value, patch: &Value, depth: u8) {
    let Value::Object(members) = patch else {
        *target = patch.clone();
        return;
    };
    if !target.is_object() {
        *target = Value::Object(Map::new());
    }
    for (name, value) in members {
        let Some(own) = target.as_object_mut() else { return };
        if value.is_null() {
            own.remove(name);
        } else if name == "due_rule" || depth > 8 {
            own.insert(name.clone(), value.clone());
        } else {
            merge(own.entry(name.clone()).or_insert(Value::Null), value, depth + 1);
        }
    }
}

impl<T: 'static> FromRequest for Body<T> {
    type Error = Error;
    type Future = Pin<Box<dyn Future<Output = Result<Self>>>>;
    fn from_request(request: &HttpRequest, payload: &mut Payload) -> Self::Future {
        let seen = request.extensions().get::<Arc<Seen>>().cloned();
        let bytes = Bytes::from_request(request, payload);
        Box::pin(async move {
            let seen = seen.ok_or_else(|| Error::internal("a request came past the gate"))?;
            let bytes = bytes.await.map_err(|e| {
                if e.as_response_error().status_code() == 413 {
                    too_large()
                } else {
                    Error::malformed("body", "Không nhận đủ nội dung.", "The body did not arrive whole.")
                }
            })?;
            let value = strict(&bytes)?;
            let faults = seen.operation().map(|o| o.body_faults(&value)).unwrap_or_default();
            // A password may be any word, and is kept nowhere as it was sent.
            let marks = if seen.path.starts_with("/api/v1/auth/") { Marks::default() } else { Marks::of(&value) };
            Ok(Body { value, faults, marks, hash: hex(&Sha256::digest(&bytes)), kind: PhantomData })
        })
    }
}

/// 413.
pub fn too_large() -> Error {
    Error::refuse(413, "too_large", "Nội dung quá lớn (JSON tối đa 1 MiB, tệp tối đa 50 MiB).", "The body is too large (JSON 1 MiB, files 50 MiB at most).")
}

/// Lower-case hexadecimal.
pub fn hex(bytes: &[u8]) -> String {
    bytes.iter().fold(String::with_capacity(bytes.len() * 2), |mut out, b| {
        out.push(char::from_digit(u32::from(b >> 4), 16).unwrap_or('0'));
        out.push(char::from_digit(u32::from(b & 15), 16).unwrap_or('0'));
        out
    })
}

/// For members of a merge patch: absent, null (clear) and a value are three things. Beside it `value_type` says the type of
/// the value without an `Option`: by that the document knows that such a member takes null, as the others do not (RULES 24).
pub fn clearable<'de, T: Deserialize<'de>, D: Deserializer<'de>>(d: D) -> std::result::Result<Option<Option<T>>, D::Error> {
    Option::<T>::deserialize(d).map(Some)
}
