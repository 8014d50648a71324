//! `include`: the records that an answer names by id, beside it in the same answer. Each collection says once how the
//! caller is shown some of its records; each kind of row says which of its members name them.

use crate::{
    ask::Ask,
    authz::scopes,
    db::Conn,
    error::{Error, Result},
    id::Id,
    page::Page,
};
use serde::Serialize;
use serde_json::{Map, Value};
use std::marker::PhantomData;
use utoipa::{
    IntoParams,
    openapi::{
        Required,
        extensions::ExtensionsBuilder,
        path::{Parameter, ParameterBuilder, ParameterIn},
        schema::{ArrayBuilder, ObjectBuilder, Type},
    },
};

/// Records asked for in one statement, at most.
const AT_ONCE: usize = 1_000;

/// A collection whose records may stand beside others.
#[derive(Debug)]
pub struct Collection {
    /// What `include` calls it.
    pub name: &'static str,
    /// The schema of its rows.
    pub row: &'static str,
    /// Its tag, by which service accounts are let in.
    pub tag: &'static str,
    /// The rows with these ids that the caller may see: the collection's own list, scope and all.
    pub load: fn(&mut Conn, &Ask, &[Id]) -> Result<Vec<Value>>,
}

/// Members of a row that hold an id of a collection, or a list of them; a dot leads into a list or an object.
#[derive(Debug)]
pub struct Relation {
    /// Which collection.
    pub to: &'static Collection,
    /// Which members.
    pub by: &'static [&'static str],
}

/// Rows that may be answered with what they name.
pub trait Includes {
    /// What `include` may ask for.
    const RELATIONS: &'static [Relation];
}

/// The parameter of such rows, for the document.
#[derive(Debug)]
pub struct Include<T>(PhantomData<fn() -> T>);

impl<T: Includes> IntoParams for Include<T> {
    fn into_params(_: impl Fn() -> Option<ParameterIn>) -> Vec<Parameter> {
        let names: Vec<&str> = T::RELATIONS.iter().map(|r| r.to.name).collect();
        let rows: Map<String, Value> = T::RELATIONS.iter().map(|r| (r.to.name.to_owned(), Value::from(r.to.row))).collect();
        let items = ObjectBuilder::new().schema_type(Type::String).enum_values(Some(names));
        let schema = ArrayBuilder::new().items(items).min_items(Some(1)).max_items(Some(T::RELATIONS.len())).unique_items(true);
        let parameter = ParameterBuilder::new()
            .name("include")
            .parameter_in(ParameterIn::Query)
            .required(Required::False)
            .description(Some("Records that the answer names by id, to stand beside it in `included`, as far as the caller may see them"))
            .schema(Some(schema))
            // Read and taken away where the document is finished.
            .extensions(Some(ExtensionsBuilder::new().add("x-rows", Value::Object(rows)).build()));
        vec![parameter.build()]
    }
}

/// A page as JSON rows.
pub fn rows<T: Serialize>(page: &Page<T>) -> Result<Vec<Value>> {
    Ok(page.items.iter().map(serde_json::to_value).collect::<std::result::Result<_, _>>()?)
}

/// What an answer names in these relations: a record, or a page of them.
pub fn beside(conn: &mut Conn, ask: &Ask, relations: &[&Relation], answer: &Value) -> Result<Map<String, Value>> {
    let mut included = Map::new();
    for relation in relations {
        within_scopes(ask, relation.to)?;
        let mut ids = Vec::new();
        let shown = answer.get("items").and_then(Value::as_array).map_or(std::slice::from_ref(answer), Vec::as_slice);
        for row in shown {
            relation.by.iter().for_each(|path| named(row, path, &mut ids));
        }
        ids.sort_unstable();
        ids.dedup();
        let mut found = Vec::new();
        for some in ids.chunks(AT_ONCE) {
            match (relation.to.load)(conn, ask, some) {
                Ok(rows) => found.extend(rows),
                // A position that may read nothing of the collection sees nothing of it here.
                Err(Error::Refused(refusal)) if refusal.status == 403 => {}
                Err(e) => return Err(e),
            }
        }
        included.insert(relation.to.name.to_owned(), Value::Array(found));
    }
    Ok(included)
}

fn named(value: &Value, path: &str, ids: &mut Vec<Id>) {
    if let Value::Array(all) = value {
        return all.iter().for_each(|one| named(one, path, ids));
    }
    match path.split_once('.') {
        Some((member, rest)) => value.get(member).into_iter().for_each(|inner| named(inner, rest, ids)),
        None => match value.get(path) {
            Some(Value::Array(all)) => ids.extend(all.iter().filter_map(Value::as_str).filter_map(Id::parse)),
            one => ids.extend(one.and_then(Value::as_str).and_then(Id::parse)),
        },
    }
}

/// A service account reads beside an answer what it might read by itself.
fn within_scopes(ask: &Ask, collection: &Collection) -> Result<()> {
    let Some(held) = &ask.actor.scopes else { return Ok(()) };
    let one_of = scopes::needed(collection.tag, "get").unwrap_or_default();
    if one_of.is_empty() || one_of.iter().any(|scope| held.contains(scope)) {
        return Ok(());
    }
    Err(Error::refuse(
        403,
        "scope_missing",
        format!("Tài khoản dịch vụ không được đọc {}.", collection.name),
        format!("The service account may not read {}.", collection.name),
    ))
}
