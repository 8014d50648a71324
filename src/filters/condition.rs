//! One filter that a caller has set: as a fragment of a query, and for rows that are put together here.

use super::Field;
use crate::{
    db::{Column, Moment, MultiBackend, Uid},
    id::Id,
    time::Stamp,
};
use chrono::NaiveDate;
use diesel::{
    expression::{AppearsOnTable, Expression, SelectableExpression, ValidGrouping, is_aggregate},
    query_builder::{AstPass, QueryFragment, QueryId},
    result::QueryResult,
    sql_types::{BigInt, Bool, Date, Text},
};
use serde_json::{Value as Json, json};

/// How it is compared.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Operator {
    Is,
    IsNot,
    Above,
    From,
    Below,
    UpTo,
    In,
    Contains,
}

impl Operator {
    fn parse(word: &str) -> Option<Self> {
        Some(match word {
            "" => Self::Is,
            "ne" => Self::IsNot,
            "gt" => Self::Above,
            "gte" => Self::From,
            "lt" => Self::Below,
            "lte" => Self::UpTo,
            "in" => Self::In,
            "contains" => Self::Contains,
            _ => return None,
        })
    }
}

#[derive(Debug, Clone, PartialEq)]
pub(super) enum Value {
    Id(Id),
    Day(NaiveDate),
    Moment(Stamp),
    Whole(i64),
    Truth(bool),
    Text(String),
}

impl Value {
    fn bind<'b>(&'b self, out: &mut AstPass<'_, 'b, MultiBackend>) -> QueryResult<()> {
        match self {
            Self::Id(id) => out.push_bind_param::<Uid, _>(id),
            Self::Day(day) => out.push_bind_param::<Date, _>(day),
            Self::Moment(moment) => out.push_bind_param::<Moment, _>(moment),
            Self::Whole(number) => out.push_bind_param::<BigInt, _>(number),
            Self::Truth(truth) => out.push_bind_param::<Bool, _>(truth),
            Self::Text(text) => out.push_bind_param::<Text, _>(text),
        }
    }
    fn json(&self) -> Json {
        match self {
            Self::Id(id) => json!(id),
            Self::Day(day) => json!(day),
            Self::Moment(moment) => json!(moment),
            Self::Whole(number) => json!(number),
            Self::Truth(truth) => json!(truth),
            Self::Text(text) => json!(text),
        }
    }
}

/// One filter that a caller has set.
#[derive(Clone)]
pub struct Condition {
    pub(super) field: &'static Field,
    pub(super) column: Option<&'static Column>,
    operator: Operator,
    values: Vec<Value>,
    /// Whether it goes with so many others that the statement is hardly asked twice: it is then not kept prepared.
    pub(super) is_rare: bool,
}

impl Condition {
    /// Reads `due_on[gte]` and its value; none where it is no filter of these fields. What is unknown or not of its form
    /// the gate has refused, from the same table.
    pub(super) fn read(fields: &'static [Field], key: &str, text: &str) -> Option<Result<Self, String>> {
        let (name, operator) = key.strip_suffix(']').and_then(|k| k.split_once('[')).unwrap_or((key, ""));
        let field = fields.iter().find(|f| f.name == name)?;
        let operator = Operator::parse(operator).filter(|_| field.kind.operators().contains(&operator))?;
        let texts: Vec<&str> = if operator == Operator::In { text.split(',').collect() } else { vec![text] };
        let values: Option<Vec<Value>> = texts.into_iter().map(|t| field.kind.read(t)).collect();
        Some(values.map(|values| Self { field, column: field.column, operator, values, is_rare: false }).ok_or_else(|| key.to_owned()))
    }

    /// The value, where this is a plain `name=value`.
    pub(super) fn plain(&self, name: &str) -> Option<String> {
        let asked = self.field.name == name && self.operator == Operator::Is;
        self.values.first().filter(|_| asked).map(|value| match value.json() {
            Json::String(text) => text,
            other => other.to_string(),
        })
    }

    /// The same of a row that is put together here. Dates and moments are written so that their texts sort as they do.
    pub(super) fn holds(&self, row: &Json) -> bool {
        let (shown, wanted) = (&row[self.field.name], self.values.first().map(Value::json).unwrap_or_default());
        let order = match (shown, &wanted) {
            (Json::String(a), Json::String(b)) => Some(a.cmp(b)),
            (Json::Number(a), Json::Number(b)) => a.as_i64().zip(b.as_i64()).map(|(a, b)| a.cmp(&b)),
            _ => None,
        };
        match self.operator {
            Operator::Is => *shown == wanted,
            Operator::IsNot => *shown != wanted,
            Operator::Above => order.is_some_and(std::cmp::Ordering::is_gt),
            Operator::From => order.is_some_and(std::cmp::Ordering::is_ge),
            Operator::Below => order.is_some_and(std::cmp::Ordering::is_lt),
            Operator::UpTo => order.is_some_and(std::cmp::Ordering::is_le),
            Operator::In => self.values.iter().any(|v| *shown == v.json()),
            Operator::Contains => shown.as_str().zip(wanted.as_str()).is_some_and(|(text, part)| text.contains(part)),
        }
    }
}

impl std::fmt::Debug for Condition {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "{:?} {:?} {:?}", self.field, self.operator, self.values)
    }
}

impl Expression for Condition {
    type SqlType = Bool;
}
impl<QS> SelectableExpression<QS> for Condition {}
impl<QS> AppearsOnTable<QS> for Condition {}
impl<G> ValidGrouping<G> for Condition {
    type IsAggregate = is_aggregate::Never;
}
impl QueryId for Condition {
    type QueryId = ();
    const HAS_STATIC_QUERY_ID: bool = false;
}
impl QueryFragment<MultiBackend> for Condition {
    fn walk_ast<'b>(&'b self, mut out: AstPass<'_, 'b, MultiBackend>) -> QueryResult<()> {
        let (Some(column), Some(first)) = (self.column, self.values.first()) else { return Ok(()) };
        if self.is_rare {
            out.unsafe_to_cache_prepared();
        }
        let sign = match self.operator {
            Operator::Is => " = ",
            Operator::IsNot => " <> ",
            Operator::Above => " > ",
            Operator::From => " >= ",
            Operator::Below => " < ",
            Operator::UpTo => " <= ",
            Operator::In => " IN (",
            Operator::Contains => " <> replace(",
        };
        out.push_sql("(");
        column.walk_ast(out.reborrow())?;
        out.push_sql(sign);
        match self.operator {
            Operator::In => {
                // A text for each number of values: not worth keeping.
                out.unsafe_to_cache_prepared();
                for (at, value) in self.values.iter().enumerate() {
                    out.push_sql(if at == 0 { "" } else { ", " });
                    value.bind(&mut out)?;
                }
                out.push_sql(")");
            }
            // The one way to look for a part that both databases take alike: neither LIKE nor a function of one of them.
            Operator::Contains => {
                column.walk_ast(out.reborrow())?;
                out.push_sql(", ");
                first.bind(&mut out)?;
                out.push_sql(", '')");
            }
            // `ne` finds whatever the plain filter does not, a blank as well.
            Operator::IsNot => {
                first.bind(&mut out)?;
                out.push_sql(" OR ");
                column.walk_ast(out.reborrow())?;
                out.push_sql(" IS NULL");
            }
            _ => first.bind(&mut out)?,
        }
        out.push_sql(")");
        Ok(())
    }
}
