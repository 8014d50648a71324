//! One record as cells: a serialiser that puts each value where the columns say, and builds no tree of it first.

use super::columns::{Columns, Node, Shape};
use serde::{
    Serialize,
    ser::{self, Impossible, SerializeMap, SerializeSeq, SerializeStruct, SerializeTuple, SerializeTupleStruct, Serializer},
};
use std::{fmt::Write, ops::Range};

/// A cell's content.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) enum Cell<'a> {
    Empty,
    Text(&'a str),
    Whole(i64),
    Number(f64),
    Truth(bool),
}

#[derive(Debug, Clone)]
enum Slot {
    Empty,
    Text(Range<usize>),
    Whole(i64),
    Number(f64),
    Truth(bool),
}

/// The cells of one record; used again for the next one.
#[derive(Debug, Default)]
pub struct Row {
    text: String,
    slots: Vec<Slot>,
}

/// Why a record did not become a row.
#[derive(Debug)]
pub struct Wrong(String);
impl std::fmt::Display for Wrong {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(&self.0)
    }
}
impl std::error::Error for Wrong {}
impl ser::Error for Wrong {
    fn custom<T: std::fmt::Display>(message: T) -> Self {
        Wrong(message.to_string())
    }
}

impl Row {
    /// Fills the cells from a record.
    pub fn fill<T: Serialize>(&mut self, columns: &Columns, record: &T) -> Result<(), Wrong> {
        self.text.clear();
        self.slots.clear();
        self.slots.resize(columns.all.len(), Slot::Empty);
        record.serialize(At { node: &columns.root, row: self })
    }

    pub(super) fn cells(&self) -> impl Iterator<Item = Cell<'_>> {
        self.slots.iter().map(|slot| match slot {
            Slot::Empty => Cell::Empty,
            Slot::Text(range) => Cell::Text(self.text.get(range.clone()).unwrap_or_default()),
            Slot::Whole(value) => Cell::Whole(*value),
            Slot::Number(value) => Cell::Number(*value),
            Slot::Truth(value) => Cell::Truth(*value),
        })
    }

    fn put(&mut self, node: &Node, slot: Slot) {
        if let Node::Cell(at, _) = node
            && let Some(place) = self.slots.get_mut(*at)
        {
            *place = slot;
        }
    }

    fn put_text(&mut self, node: &Node, text: &str) {
        let from = self.text.len();
        self.text.push_str(text);
        self.put(node, Slot::Text(from..self.text.len()));
    }
}

/// A value on its way to a place.
struct At<'a> {
    node: &'a Node,
    row: &'a mut Row,
}

/// Puts a member where its node says; what is to stand as JSON is written as such.
fn place<T: Serialize + ?Sized>(node: &Node, row: &mut Row, value: &T) -> Result<(), Wrong> {
    if let Node::Cell(_, Shape::Json) = node {
        let json = serde_json::to_string(value).map_err(|e| Wrong(e.to_string()))?;
        match json.as_bytes().first() {
            _ if json == "null" => {}
            Some(b'"') => row.put_text(node, &serde_json::from_str::<String>(&json).map_err(|e| Wrong(e.to_string()))?),
            _ => row.put_text(node, &json),
        }
        return Ok(());
    }
    value.serialize(At { node, row })
}

macro_rules! whole {
    ($($name:ident: $type:ty),+) => {
        $(fn $name(self, v: $type) -> Result<(), Wrong> {
            match i64::try_from(v) {
                Ok(v) => self.row.put(self.node, Slot::Whole(v)),
                Err(_) => self.row.put_text(self.node, &v.to_string()),
            }
            Ok(())
        })+
    };
}

impl<'a> Serializer for At<'a> {
    type Ok = ();
    type Error = Wrong;
    type SerializeSeq = List<'a>;
    type SerializeTuple = List<'a>;
    type SerializeTupleStruct = List<'a>;
    type SerializeTupleVariant = Impossible<(), Wrong>;
    type SerializeMap = Members<'a>;
    type SerializeStruct = Members<'a>;
    type SerializeStructVariant = Impossible<(), Wrong>;

    whole!(serialize_i8: i8, serialize_i16: i16, serialize_i32: i32, serialize_i64: i64);
    whole!(serialize_u8: u8, serialize_u16: u16, serialize_u32: u32, serialize_u64: u64);
    fn serialize_bool(self, v: bool) -> Result<(), Wrong> {
        self.row.put(self.node, Slot::Truth(v));
        Ok(())
    }
    fn serialize_f32(self, v: f32) -> Result<(), Wrong> {
        self.serialize_f64(f64::from(v))
    }
    fn serialize_f64(self, v: f64) -> Result<(), Wrong> {
        self.row.put(self.node, Slot::Number(v));
        Ok(())
    }
    fn serialize_char(self, v: char) -> Result<(), Wrong> {
        self.row.put_text(self.node, v.encode_utf8(&mut [0; 4]));
        Ok(())
    }
    fn serialize_str(self, v: &str) -> Result<(), Wrong> {
        self.row.put_text(self.node, v);
        Ok(())
    }
    fn collect_str<T: std::fmt::Display + ?Sized>(self, value: &T) -> Result<(), Wrong> {
        let from = self.row.text.len();
        write!(self.row.text, "{value}").map_err(|e| Wrong(e.to_string()))?;
        self.row.put(self.node, Slot::Text(from..self.row.text.len()));
        Ok(())
    }
    fn serialize_bytes(self, _: &[u8]) -> Result<(), Wrong> {
        Err(Wrong("bytes have no place in a table".into()))
    }
    fn serialize_none(self) -> Result<(), Wrong> {
        Ok(())
    }
    fn serialize_some<T: Serialize + ?Sized>(self, value: &T) -> Result<(), Wrong> {
        value.serialize(self)
    }
    fn serialize_unit(self) -> Result<(), Wrong> {
        Ok(())
    }
    fn serialize_unit_struct(self, _: &'static str) -> Result<(), Wrong> {
        Ok(())
    }
    fn serialize_unit_variant(self, _: &'static str, _: u32, variant: &'static str) -> Result<(), Wrong> {
        self.serialize_str(variant)
    }
    fn serialize_newtype_struct<T: Serialize + ?Sized>(self, _: &'static str, value: &T) -> Result<(), Wrong> {
        value.serialize(self)
    }
    fn serialize_newtype_variant<T: Serialize + ?Sized>(self, _: &'static str, _: u32, _: &'static str, _: &T) -> Result<(), Wrong> {
        Err(Wrong("a variant with content has no place in a table".into()))
    }
    fn serialize_seq(self, _: Option<usize>) -> Result<List<'a>, Wrong> {
        let from = self.row.text.len();
        Ok(List { node: self.node, row: self.row, from })
    }
    fn serialize_tuple(self, _: usize) -> Result<List<'a>, Wrong> {
        self.serialize_seq(None)
    }
    fn serialize_tuple_struct(self, _: &'static str, _: usize) -> Result<List<'a>, Wrong> {
        self.serialize_seq(None)
    }
    fn serialize_tuple_variant(self, _: &'static str, _: u32, _: &'static str, _: usize) -> Result<Self::SerializeTupleVariant, Wrong> {
        Err(Wrong("a variant with content has no place in a table".into()))
    }
    fn serialize_map(self, _: Option<usize>) -> Result<Members<'a>, Wrong> {
        let members = match self.node {
            Node::Members(members) => members.as_slice(),
            Node::Cell(..) => &[],
        };
        Ok(Members { members, row: self.row, next: 0, key: String::new() })
    }
    fn serialize_struct(self, _: &'static str, _: usize) -> Result<Members<'a>, Wrong> {
        self.serialize_map(None)
    }
    fn serialize_struct_variant(self, _: &'static str, _: u32, _: &'static str, _: usize) -> Result<Self::SerializeStructVariant, Wrong> {
        Err(Wrong("a variant with content has no place in a table".into()))
    }
}

/// The members of an object; they come in the order of the columns more often than not.
pub(super) struct Members<'a> {
    members: &'a [(String, Node)],
    row: &'a mut Row,
    next: usize,
    key: String,
}

impl Members<'_> {
    fn member<T: Serialize + ?Sized>(&mut self, name: &str, value: &T) -> Result<(), Wrong> {
        let at = match self.members.get(self.next) {
            Some((expected, _)) if expected == name => self.next,
            _ => match self.members.iter().position(|(known, _)| known == name) {
                Some(at) => at,
                None => return Ok(()),
            },
        };
        self.next = at + 1;
        match self.members.get(at) {
            Some((_, node)) => place(node, self.row, value),
            None => Ok(()),
        }
    }
}

impl SerializeStruct for Members<'_> {
    type Ok = ();
    type Error = Wrong;
    fn serialize_field<T: Serialize + ?Sized>(&mut self, key: &'static str, value: &T) -> Result<(), Wrong> {
        self.member(key, value)
    }
    fn end(self) -> Result<(), Wrong> {
        Ok(())
    }
}

impl SerializeMap for Members<'_> {
    type Ok = ();
    type Error = Wrong;
    fn serialize_key<T: Serialize + ?Sized>(&mut self, key: &T) -> Result<(), Wrong> {
        self.key.clear();
        append(&mut self.key, key)
    }
    fn serialize_value<T: Serialize + ?Sized>(&mut self, value: &T) -> Result<(), Wrong> {
        let key = std::mem::take(&mut self.key);
        self.member(&key, value)
    }
    fn end(self) -> Result<(), Wrong> {
        Ok(())
    }
}

/// Plain values joined by a semicolon.
pub(super) struct List<'a> {
    node: &'a Node,
    row: &'a mut Row,
    from: usize,
}

impl SerializeSeq for List<'_> {
    type Ok = ();
    type Error = Wrong;
    fn serialize_element<T: Serialize + ?Sized>(&mut self, value: &T) -> Result<(), Wrong> {
        if self.row.text.len() > self.from {
            self.row.text.push_str("; ");
        }
        append(&mut self.row.text, value)
    }
    fn end(self) -> Result<(), Wrong> {
        if self.row.text.len() > self.from {
            self.row.put(self.node, Slot::Text(self.from..self.row.text.len()));
        }
        Ok(())
    }
}
impl SerializeTuple for List<'_> {
    type Ok = ();
    type Error = Wrong;
    fn serialize_element<T: Serialize + ?Sized>(&mut self, value: &T) -> Result<(), Wrong> {
        SerializeSeq::serialize_element(self, value)
    }
    fn end(self) -> Result<(), Wrong> {
        SerializeSeq::end(self)
    }
}
impl SerializeTupleStruct for List<'_> {
    type Ok = ();
    type Error = Wrong;
    fn serialize_field<T: Serialize + ?Sized>(&mut self, value: &T) -> Result<(), Wrong> {
        SerializeSeq::serialize_element(self, value)
    }
    fn end(self) -> Result<(), Wrong> {
        SerializeSeq::end(self)
    }
}

/// Adds one plain value to a text.
fn append<T: Serialize + ?Sized>(text: &mut String, value: &T) -> Result<(), Wrong> {
    let node = Node::Cell(0, Shape::Plain);
    let mut row = Row { text: std::mem::take(text), slots: vec![Slot::Empty] };
    let done = value.serialize(At { node: &node, row: &mut row });
    let number = match row.slots.first() {
        Some(Slot::Whole(value)) => Some(value.to_string()),
        Some(Slot::Number(value)) => Some(value.to_string()),
        Some(Slot::Truth(value)) => Some(value.to_string()),
        _ => None,
    };
    *text = row.text;
    text.extend(number);
    done
}
