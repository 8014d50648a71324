//! Which columns a row has: read from the schema that the OpenAPI document shows, in the order of the record's members.

use std::collections::HashMap;
use utoipa::{
    ToSchema,
    openapi::{
        RefOr, Schema,
        schema::{ArrayItems, KnownFormat, Object, SchemaFormat, SchemaType, Type},
    },
};

/// Objects inside objects are laid out in columns down to this depth; what lies deeper is JSON text.
const DEPTH: usize = 3;

/// What a column's cells are.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Kind {
    /// Any text.
    Text,
    /// A number, be it a decimal written as text.
    Number,
    /// true or false.
    Truth,
    /// A day.
    Date,
    /// A moment in UTC.
    Moment,
}

/// How a value becomes one cell.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Shape {
    Plain,
    Joined,
    Json,
}

/// One column.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Column {
    /// The member's name; dots lead into nested objects.
    pub name: String,
    /// What its cells are.
    pub kind: Kind,
}

#[derive(Debug)]
pub(super) enum Node {
    Cell(usize, Shape),
    Members(Vec<(String, Node)>),
}

/// The columns of a kind of record.
#[derive(Debug)]
pub struct Columns {
    /// In their order.
    pub all: Vec<Column>,
    pub(super) root: Node,
}

type Known = HashMap<String, RefOr<Schema>>;

impl Columns {
    /// The columns of `T`; only those of the members in `fields`, where named.
    pub fn of<T: ToSchema>(fields: Option<&[String]>) -> Self {
        let mut known = Vec::new();
        T::schemas(&mut known);
        let known: Known = known.into_iter().collect();
        let mut all = Vec::new();
        let mut members = Vec::new();
        for (name, schema) in members_of(&T::schema(), &known) {
            if fields.is_none_or(|fields| fields.contains(&name)) {
                let node = node(&schema, &known, name.clone(), 1, &mut all);
                members.push((name, node));
            }
        }
        Self { all, root: Node::Members(members) }
    }
}

fn resolved(schema: &RefOr<Schema>, known: &Known) -> Option<Schema> {
    let mut schema = schema;
    for _ in 0..10 {
        match schema {
            RefOr::T(schema) => return Some(schema.clone()),
            RefOr::Ref(r) => schema = known.get(r.ref_location.rsplit('/').next()?)?,
        }
    }
    None
}

/// The members of an object, those of its flattened parts included.
fn members_of(schema: &RefOr<Schema>, known: &Known) -> Vec<(String, RefOr<Schema>)> {
    match resolved(schema, known) {
        Some(Schema::Object(object)) => object.properties.into_iter().collect(),
        Some(Schema::AllOf(all)) => all.items.iter().flat_map(|part| members_of(part, known)).collect(),
        _ => vec![],
    }
}

fn node(schema: &RefOr<Schema>, known: &Known, name: String, depth: usize, all: &mut Vec<Column>) -> Node {
    let mut cell = |kind: Kind, shape: Shape| {
        all.push(Column { name: name.clone(), kind });
        Node::Cell(all.len() - 1, shape)
    };
    match resolved(schema, known) {
        Some(Schema::Object(object)) if object.properties.is_empty() => match kind(&object, &name) {
            Some(kind) => cell(kind, Shape::Plain),
            None => cell(Kind::Text, Shape::Json),
        },
        Some(Schema::Object(_) | Schema::AllOf(_)) => {
            let members = members_of(schema, known);
            if depth > DEPTH || members.is_empty() {
                return cell(Kind::Text, Shape::Json);
            }
            let nodes = members.into_iter().map(|(member, schema)| {
                let node = node(&schema, known, format!("{name}.{member}"), depth + 1, all);
                (member, node)
            });
            Node::Members(nodes.collect())
        }
        Some(Schema::Array(array)) => {
            let plain = match &array.items {
                ArrayItems::RefOrSchema(items) => match resolved(items, known) {
                    Some(Schema::Object(object)) => object.properties.is_empty() && kind(&object, &name).is_some(),
                    _ => false,
                },
                ArrayItems::False => false,
            };
            cell(Kind::Text, if plain { Shape::Joined } else { Shape::Json })
        }
        // One thing or null.
        Some(Schema::OneOf(one)) => {
            let is_null = |s: &&RefOr<Schema>| matches!(s, RefOr::T(Schema::Object(o)) if o.schema_type == SchemaType::Type(Type::Null));
            match one.items.iter().filter(|s| !is_null(s)).collect::<Vec<_>>().as_slice() {
                [only] => node(only, known, name, depth, all),
                _ => cell(Kind::Text, Shape::Json),
            }
        }
        _ => cell(Kind::Text, Shape::Json),
    }
}

/// What a plain value is; none where it may be anything.
fn kind(object: &Object, name: &str) -> Option<Kind> {
    let mut types = match &object.schema_type {
        SchemaType::Type(one) => vec![one.clone()],
        SchemaType::Array(all) => all.clone(),
        SchemaType::AnyValue => return None,
    };
    types.retain(|t| *t != Type::Null);
    match types.as_slice() {
        [Type::String] => Some(match &object.format {
            Some(SchemaFormat::KnownFormat(KnownFormat::Date)) => Kind::Date,
            Some(SchemaFormat::KnownFormat(KnownFormat::DateTime)) => Kind::Moment,
            Some(SchemaFormat::Custom(word)) if word == "decimal" => Kind::Number,
            // Money is `{ amount, currency }`, the amount written as text.
            _ if name.ends_with(".amount") => Kind::Number,
            _ => Kind::Text,
        }),
        [Type::Integer | Type::Number] => Some(Kind::Number),
        [Type::Boolean] => Some(Kind::Truth),
        _ => None,
    }
}
