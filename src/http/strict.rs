//! JSON read strictly: no member twice, no nesting without end, every text in NFC.

use crate::{
    error::{Error, Result},
    text,
};
use serde::de::{DeserializeSeed, Deserializer, MapAccess, SeqAccess, Visitor};
use serde_json::{Map, Number, Value};
use std::{cell::Cell, fmt};

/// Nesting of a JSON body, at most.
const DEPTH: usize = 32;

/// What JSON itself allows and we do not.
#[derive(Debug, Clone, Copy)]
enum Odd {
    TooDeep,
    Twice,
}

/// Reads JSON; a member that stands twice or nesting that goes too deep is malformed. Texts become NFC (RULES 26).
pub fn strict(bytes: &[u8]) -> Result<Value> {
    let odd = Cell::new(None);
    let mut reader = serde_json::Deserializer::from_slice(bytes);
    let value = Strict(DEPTH, &odd).deserialize(&mut reader).and_then(|value| reader.end().map(|()| value));
    value.map_err(|e| {
        let (line, column) = (e.line(), e.column());
        let (vi, en) = match odd.get() {
            Some(Odd::Twice) => (
                format!("Có trường đứng hai lần trong cùng một đối tượng (trước dòng {line}, cột {column}); hãy bỏ một."),
                format!("A member stands twice in one object (before line {line}, column {column}); leave one out."),
            ),
            Some(Odd::TooDeep) => (
                format!("JSON lồng nhau quá {DEPTH} tầng (dòng {line}, cột {column}); hãy bớt tầng."),
                format!("The JSON is nested deeper than {DEPTH} levels (line {line}, column {column}); make it flatter."),
            ),
            None if e.is_eof() => (
                format!("JSON dừng giữa chừng ở dòng {line}, cột {column}; hãy gửi đủ nội dung."),
                format!("The JSON ends in the middle, at line {line}, column {column}; send all of it."),
            ),
            None => (format!("JSON không đọc được ở dòng {line}, cột {column}; hãy sửa cú pháp ở đó."), format!("The JSON cannot be read: {e}.")),
        };
        Error::malformed("json", vi, en)
    })
}

/// How deep it may still go, and what was found on the way.
#[derive(Clone, Copy)]
struct Strict<'a>(usize, &'a Cell<Option<Odd>>);

impl Strict<'_> {
    fn refuse<E: serde::de::Error>(self, odd: Odd) -> E {
        self.1.set(Some(odd));
        E::custom("refused")
    }
    /// One level further down.
    fn below<E: serde::de::Error>(self) -> std::result::Result<Self, E> {
        match self.0.checked_sub(1) {
            Some(left) => Ok(Strict(left, self.1)),
            None => Err(self.refuse(Odd::TooDeep)),
        }
    }
}

impl<'de> DeserializeSeed<'de> for Strict<'_> {
    type Value = Value;
    fn deserialize<D: Deserializer<'de>>(self, d: D) -> std::result::Result<Value, D::Error> {
        d.deserialize_any(self)
    }
}

impl<'de> Visitor<'de> for Strict<'_> {
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
        let below = self.below()?;
        let mut items = Vec::new();
        while let Some(item) = all.next_element_seed(below)? {
            items.push(item);
        }
        Ok(Value::Array(items))
    }
    fn visit_map<A: MapAccess<'de>>(self, mut all: A) -> std::result::Result<Value, A::Error> {
        let below = self.below()?;
        let mut members = Map::new();
        while let Some(name) = all.next_key::<String>()? {
            let value = all.next_value_seed(below)?;
            if members.insert(name, value).is_some() {
                return Err(self.refuse(Odd::Twice));
            }
        }
        Ok(Value::Object(members))
    }
}
