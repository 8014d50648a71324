//! Filters of lists: `state=draft`, `state[in]=draft,active`, `due_on[gte]=2026-01-01`. Each list has one table of its
//! members and their columns; its parameters in the document and its conditions in the query both come from there.

mod condition;

pub use condition::Condition;

use crate::{
    db::{Column, Moment, MultiBackend, Uid},
    error, id, text,
};
use condition::Value;
use diesel::{
    expression::Expression,
    query_builder::QueryFragment,
    query_dsl::methods::FilterDsl,
    sql_types::{BigInt, Bool, Date, Integer, Nullable, SqlType, Text, is_nullable::NotNull},
};
use serde::{Deserialize, Deserializer, Serialize, de};
use std::{collections::BTreeMap, marker::PhantomData};
use utoipa::{
    IntoParams,
    openapi::{
        Ref, RefOr, Required,
        path::{Parameter, ParameterBuilder, ParameterIn},
        schema::{ArrayBuilder, KnownFormat, ObjectBuilder, Schema, SchemaFormat, Type},
    },
};

/// Conditions in one statement that connections keep prepared, at most.
const OFTEN: usize = 2;

/// Values that `in` may list; as many ids as an address has room for.
const MOST: usize = 100;

/// A list that is filtered by members of its rows.
pub trait Filtered {
    /// Which members, and where they stand.
    const FIELDS: &'static [Field];
}

/// What is compared.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Kind {
    /// An id.
    Id,
    /// A legal date in Asia/Ho_Chi_Minh.
    Day,
    /// A moment (RFC 3339).
    Moment,
    /// A whole number.
    Whole,
    /// Yes or no.
    Truth,
    /// Words as they are written: case and diacritics count, other than in `q`.
    Text,
    /// One of a closed list, the schema of that name.
    Word(&'static str),
}

/// A comma parts the values of a list, so none of them holds one; nor control characters, like every text.
const LISTED: &str = "^[^\\u0000-\\u0008\\u000B-\\u001F,]*$";

impl Kind {
    /// The operators that make sense, as they are written.
    const fn operators(self) -> &'static [&'static str] {
        match self {
            Self::Id | Self::Word(_) => &["", "ne", "in"],
            Self::Day => &["", "ne", "gt", "gte", "lt", "lte"],
            Self::Moment => &["", "gt", "gte", "lt", "lte"],
            Self::Whole => &["", "ne", "gt", "gte", "lt", "lte", "in"],
            Self::Truth => &[""],
            Self::Text => &["", "ne", "in", "contains"],
        }
    }

    fn schema(self) -> RefOr<Schema> {
        let object = ObjectBuilder::new();
        match self {
            Self::Id => Ref::from_schema_name("Id").into(),
            Self::Moment => Ref::from_schema_name("Stamp").into(),
            Self::Word(name) => Ref::from_schema_name(name).into(),
            Self::Day => object.schema_type(Type::String).format(Some(SchemaFormat::KnownFormat(KnownFormat::Date))).into(),
            Self::Whole => object.schema_type(Type::Integer).format(Some(SchemaFormat::KnownFormat(KnownFormat::Int64))).into(),
            Self::Truth => object.schema_type(Type::Boolean).into(),
            Self::Text => object.schema_type(Type::String).min_length(Some(1)).max_length(Some(200)).into(),
        }
    }

    /// One of several values.
    fn listed(self) -> RefOr<Schema> {
        match self {
            Self::Text => ObjectBuilder::new().schema_type(Type::String).min_length(Some(1)).max_length(Some(200)).pattern(Some(LISTED)).into(),
            other => other.schema(),
        }
    }

    fn read(self, text: &str) -> Option<Value> {
        Some(match self {
            Self::Id => Value::Id(id::Id::parse(text)?),
            Self::Day => Value::Day(text.parse().ok()?),
            Self::Moment => Value::Moment(chrono::DateTime::parse_from_rfc3339(text).ok()?.to_utc().into()),
            Self::Whole => Value::Whole(text.parse().ok()?),
            Self::Truth => Value::Truth(text.parse().ok()?),
            Self::Text | Self::Word(_) => Value::Text(text::nfc(text)),
        })
    }
}

/// What the column types are to a filter.
pub trait Kinded {
    /// The kind of its values.
    const KIND: Kind;
}
impl Kinded for Uid {
    const KIND: Kind = Kind::Id;
}
impl Kinded for Date {
    const KIND: Kind = Kind::Day;
}
impl Kinded for Moment {
    const KIND: Kind = Kind::Moment;
}
impl Kinded for Integer {
    const KIND: Kind = Kind::Whole;
}
impl Kinded for BigInt {
    const KIND: Kind = Kind::Whole;
}
impl Kinded for Bool {
    const KIND: Kind = Kind::Truth;
}
impl Kinded for Text {
    const KIND: Kind = Kind::Text;
}
impl<T: Kinded + SqlType<IsNull = NotNull>> Kinded for Nullable<T> {
    const KIND: Kind = T::KIND;
}

/// A member by which a list is filtered.
pub struct Field {
    name: &'static str,
    kind: Kind,
    /// None where the list is put together here and not in the database.
    column: Option<&'static Column>,
}

impl std::fmt::Debug for Field {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "{}: {:?}", self.name, self.kind)
    }
}

impl Field {
    /// A member that stands in a column.
    pub const fn column<C>(name: &'static str, column: &'static C) -> Self
    where
        C: Expression<SqlType: Kinded> + QueryFragment<MultiBackend> + Send + Sync,
    {
        Self { name, kind: <C::SqlType as Kinded>::KIND, column: Some(column) }
    }
    /// A column that holds one of a closed list, the schema of that name.
    pub const fn word<C>(name: &'static str, schema: &'static str, column: &'static C) -> Self
    where
        C: Expression<SqlType: Kinded> + QueryFragment<MultiBackend> + Send + Sync,
    {
        Self { name, kind: Kind::Word(schema), column: Some(column) }
    }
    /// A member of a row that is put together here.
    pub const fn shown(name: &'static str, kind: Kind) -> Self {
        Self { name, kind, column: None }
    }
    fn parameter(&self, operator: &str) -> Parameter {
        let name = if operator.is_empty() { self.name.to_owned() } else { format!("{}[{operator}]", self.name) };
        let schema =
            if operator == "in" { ArrayBuilder::new().items(self.kind.listed()).min_items(Some(1)).max_items(Some(MOST)).into() } else { self.kind.schema() };
        ParameterBuilder::new().name(name).parameter_in(ParameterIn::Query).required(Required::False).schema(Some(schema)).build()
    }
}

/// Says by what a list is filtered: `filtered_by! { TaskView: tasks; plan_id, state: TaskState, "ref" = reference }`, columns
/// under their own names, words with their type, members that are called otherwise than their columns.
#[macro_export]
macro_rules! filtered_by {
    (@one $table:ident $name:ident) => { $crate::filters::Field::column(stringify!($name), &$crate::schema::$table::$name) };
    (@one $table:ident $name:ident: $word:ident) => { $crate::filters::Field::word(stringify!($name), stringify!($word), &$crate::schema::$table::$name) };
    (@one $table:ident $name:literal = $column:ident) => { $crate::filters::Field::column($name, &$crate::schema::$table::$column) };
    (@one $table:ident $name:literal = $column:ident: $word:ident) => {
        $crate::filters::Field::word($name, stringify!($word), &$crate::schema::$table::$column)
    };
    ($rows:ident: $table:ident; $($name:tt $(= $column:ident)? $(: $word:ident)?),+ $(,)?) => {
        impl $crate::filters::Filtered for $rows {
            const FIELDS: &'static [$crate::filters::Field] = &[$($crate::filtered_by!(@one $table $name $(= $column)? $(: $word)?)),+];
        }
    };
}

/// The filters that a caller has set on a list of these rows.
pub struct By<T> {
    conditions: Vec<Condition>,
    rows: PhantomData<fn() -> T>,
}

impl<T> By<T> {
    /// Narrows a boxed query.
    pub fn narrow<Q: FilterDsl<Condition, Output = Q>>(&self, query: Q) -> Q {
        self.conditions.iter().cloned().fold(query, FilterDsl::filter)
    }
    /// The same filters, of which one looks at another column that repeats its values.
    #[must_use]
    pub fn asking(&self, name: &str, column: &'static Column) -> Self {
        let mut other = self.clone();
        other.conditions.iter_mut().filter(|c| c.field.name == name).for_each(|c| c.column = Some(column));
        other
    }
    /// The value of a plain `name=value`.
    pub fn named(&self, name: &str) -> Option<String> {
        self.conditions.iter().find_map(|c| c.plain(name))
    }
    /// Whether a row that was put together here is among those asked for.
    pub fn keeps(&self, row: &impl Serialize) -> error::Result<bool> {
        if self.conditions.is_empty() {
            return Ok(true);
        }
        let row = serde_json::to_value(row)?;
        Ok(self.conditions.iter().all(|c| c.holds(&row)))
    }
}

impl<T> Clone for By<T> {
    fn clone(&self) -> Self {
        Self { conditions: self.conditions.clone(), rows: PhantomData }
    }
}
impl<T> Default for By<T> {
    fn default() -> Self {
        Self { conditions: vec![], rows: PhantomData }
    }
}
impl<T> std::fmt::Debug for By<T> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        self.conditions.fmt(f)
    }
}

impl<'de, T: Filtered> Deserialize<'de> for By<T> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let given = BTreeMap::<String, String>::deserialize(deserializer)?;
        let conditions: Result<Vec<Condition>, _> = given.iter().filter_map(|(key, text)| Condition::read(T::FIELDS, key, text)).collect();
        let mut conditions = conditions.map_err(de::Error::custom)?;
        // There are as many texts as sets of filters; connections remember those of small sets alone.
        if conditions.len() > OFTEN {
            conditions.iter_mut().for_each(|condition| condition.is_rare = true);
        }
        Ok(Self { conditions, rows: PhantomData })
    }
}

impl<T: Filtered> IntoParams for By<T> {
    fn into_params(_: impl Fn() -> Option<ParameterIn>) -> Vec<Parameter> {
        T::FIELDS.iter().flat_map(|field| field.kind.operators().iter().map(|operator| field.parameter(operator))).collect()
    }
}
