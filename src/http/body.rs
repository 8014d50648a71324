//! A JSON body: read strictly, normalised, checked against the document; its faults are told when the verb opens it.

use super::call::Seen;
use crate::{
    error::{Error, Fault, Result},
    id::Id,
    text,
};
use actix_web::{FromRequest, HttpMessage, HttpRequest, dev::Payload, web::Bytes};
use serde::{
    Deserialize, Serialize,
    de::{DeserializeOwned, DeserializeSeed, Deserializer, MapAccess, SeqAccess, Visitor},
};
use serde_json::{Map, Number, Value};
use sha2::{Digest, Sha256};
use std::{fmt, future::Future, marker::PhantomData, pin::Pin, sync::Arc};

/// Bytes of a JSON body, at most.
pub const BODY_LIMIT: usize = 1 << 20;
/// Nesting of a JSON body, at most.
const DEPTH: usize = 32;

/// A body that a verb opens after it knows that the caller may, and that the state allows it.
#[derive(Debug)]
pub struct Body<T> {
    value: Value,
    faults: Vec<Fault>,
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
    /// The body's content, or 422 with every fault at once.
    pub fn open(&self) -> Result<T> {
        if !self.faults.is_empty() {
            return Err(Error::invalid(self.faults.clone()));
        }
        T::deserialize(&self.value).map_err(|e| Error::fault("", "invalid", format!("Không đọc được nội dung: {e}."), format!("The body cannot be read: {e}.")))
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
    let (vi, en) = (format!("Gộp vào dữ liệu đã lưu thì không hợp lệ: {e}."), format!("Merged into what is stored it does not fit: {e}."));
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
            Ok(Body { value, faults, hash: hex(&Sha256::digest(&bytes)), kind: PhantomData })
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

/// Reads JSON; a member that stands twice or nesting that goes too deep is malformed. Texts become NFC (RULES 26).
pub fn strict(bytes: &[u8]) -> Result<Value> {
    let mut reader = serde_json::Deserializer::from_slice(bytes);
    let value = Strict(DEPTH).deserialize(&mut reader).and_then(|value| reader.end().map(|()| value));
    value.map_err(|e| Error::malformed("json", format!("JSON không đọc được: {e}."), format!("The JSON cannot be read: {e}.")))
}

struct Strict(usize);

impl<'de> DeserializeSeed<'de> for Strict {
    type Value = Value;
    fn deserialize<D: Deserializer<'de>>(self, d: D) -> std::result::Result<Value, D::Error> {
        d.deserialize_any(self)
    }
}

impl<'de> Visitor<'de> for Strict {
    type Value = Value;
    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("JSON")
    }
    fn visit_bool<E>(self, v: bool) -> std::result::Result<Value, E> {
        Ok(Value::Bool(v))
    }
    fn visit_i64<E>(self, v: i64) -> std::result::Result<Value, E> {
        Ok(v.into())
    }
    fn visit_u64<E>(self, v: u64) -> std::result::Result<Value, E> {
        Ok(v.into())
    }
    fn visit_f64<E>(self, v: f64) -> std::result::Result<Value, E> {
        Ok(Number::from_f64(v).map_or(Value::Null, Value::Number))
    }
    fn visit_str<E>(self, v: &str) -> std::result::Result<Value, E> {
        Ok(Value::String(text::nfc(v)))
    }
    fn visit_unit<E>(self) -> std::result::Result<Value, E> {
        Ok(Value::Null)
    }
    fn visit_seq<A: SeqAccess<'de>>(self, mut all: A) -> std::result::Result<Value, A::Error> {
        let depth = self.0.checked_sub(1).ok_or_else(|| serde::de::Error::custom("nested deeper than 32"))?;
        let mut items = Vec::new();
        while let Some(item) = all.next_element_seed(Strict(depth))? {
            items.push(item);
        }
        Ok(Value::Array(items))
    }
    fn visit_map<A: MapAccess<'de>>(self, mut all: A) -> std::result::Result<Value, A::Error> {
        let depth = self.0.checked_sub(1).ok_or_else(|| serde::de::Error::custom("nested deeper than 32"))?;
        let mut members = Map::new();
        while let Some(name) = all.next_key::<String>()? {
            let value = all.next_value_seed(Strict(depth))?;
            if members.insert(name, value).is_some() {
                return Err(serde::de::Error::custom("a member stands twice"));
            }
        }
        Ok(Value::Object(members))
    }
}

/// For members of a merge patch: absent, null (clear) and a value are three things. Beside it `value_type` says the type of
/// the value without an `Option`: by that the document knows that such a member takes null, as the others do not (RULES 24).
pub fn clearable<'de, T: Deserialize<'de>, D: Deserializer<'de>>(d: D) -> std::result::Result<Option<Option<T>>, D::Error> {
    Option::<T>::deserialize(d).map(Some)
}
