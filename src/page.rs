//! Keyset pages: a place in an order, not a count of rows, so that a page stays right while rows are inserted.

use crate::{
    error::{Error, Result},
    id::Id,
    text,
    time::Stamp,
};
use base64::{Engine, engine::general_purpose::URL_SAFE_NO_PAD};
use chrono::{Datelike, NaiveDate};
use serde::{Deserialize, Serialize, de::DeserializeOwned};
use std::marker::PhantomData;
use utoipa::{
    IntoParams,
    openapi::{
        Required,
        path::{Parameter, ParameterBuilder, ParameterIn},
        schema::{ObjectBuilder, Type},
    },
};

/// Rows a page unless the caller says otherwise.
pub const DEFAULT_LIMIT: i64 = 50;

/// What every list takes.
#[derive(Debug, Clone, Default, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
pub struct Paging {
    /// Rows a page; 50 unless said, 200 at most.
    #[param(minimum = 1, maximum = 200)]
    pub limit: Option<i64>,
    /// Where the previous page ended (`next_cursor`).
    #[param(max_length = 1024)]
    pub cursor: Option<String>,
    /// `exact` counts all rows as well.
    #[param(inline)]
    pub count: Option<Count>,
    /// Only these rows: what a pull asks of a list; no parameter of the document, so that no caller can send it.
    #[param(ignore)]
    pub only: Option<String>,
}

/// Whether to count.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize, utoipa::ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum Count {
    /// Count every row that the filter finds.
    Exact,
}

/// The order of a list that has one, which may be turned round.
pub trait Order {
    /// By what, unless said otherwise; a minus means from the last to the first.
    const USUAL: &'static str;
}

/// What was made last comes first.
#[derive(Debug, Clone)]
pub enum NewestFirst {}
impl Order for NewestFirst {
    const USUAL: &'static str = "-created_at";
}

/// What was made first comes first.
#[derive(Debug, Clone)]
pub enum OldestFirst {}
impl Order for OldestFirst {
    const USUAL: &'static str = "created_at";
}

/// `sort` of such a list: its order, or the same backwards.
#[derive(Debug, Clone, Deserialize)]
#[serde(bound = "")]
pub struct Sort<O> {
    sort: Option<String>,
    #[serde(skip)]
    of: PhantomData<fn() -> O>,
}

impl<O: Order> Sort<O> {
    /// The word for the order asked for, as cursors keep it.
    pub fn word(&self) -> &str {
        self.sort.as_deref().unwrap_or(O::USUAL)
    }
    /// From the last to the first.
    pub fn descends(&self) -> bool {
        self.word().starts_with('-')
    }
}

impl<O: Order> IntoParams for Sort<O> {
    fn into_params(_: impl Fn() -> Option<ParameterIn>) -> Vec<Parameter> {
        let turned = O::USUAL.strip_prefix('-').map_or_else(|| format!("-{}", O::USUAL), str::to_owned);
        let words = ObjectBuilder::new().schema_type(Type::String).enum_values(Some([O::USUAL.to_owned(), turned]));
        let parameter = ParameterBuilder::new()
            .name("sort")
            .parameter_in(ParameterIn::Query)
            .required(Required::False)
            .description(Some(format!("The order of the list, `{}` unless said; or the same backwards", O::USUAL)))
            .schema(Some(words));
        vec![parameter.build()]
    }
}

/// A place in an order: the sort and its filter, the last row's key and its id.
#[derive(Debug, Serialize, Deserialize)]
struct Place<K> {
    s: String,
    k: K,
    i: Id,
}

/// What a list is ordered by. Anybody can write a cursor, so its key is held to what a column can be compared with.
pub trait Key: DeserializeOwned {
    /// Whether rows could have it.
    fn is_sound(&self) -> bool;
}
impl Key for Id {
    fn is_sound(&self) -> bool {
        true
    }
}
impl Key for i32 {
    fn is_sound(&self) -> bool {
        true
    }
}
impl Key for NaiveDate {
    fn is_sound(&self) -> bool {
        (0..=9999).contains(&self.year())
    }
}
impl Key for Stamp {
    fn is_sound(&self) -> bool {
        (0..=9999).contains(&self.utc().year())
    }
}
impl Key for String {
    fn is_sound(&self) -> bool {
        !text::has_forbidden_control(self)
    }
}

impl Paging {
    /// These rows alone, as far as the caller may see them.
    pub fn among(ids: &[Id]) -> Self {
        Self { only: Some(ids.iter().map(Id::to_string).collect::<Vec<_>>().join(",")), ..Self::default() }
    }
    /// Rows a page.
    pub fn limit(&self) -> i64 {
        match self.only() {
            Some(ids) => i64::try_from(ids.len()).unwrap_or(i64::MAX).max(1),
            None => self.limit.unwrap_or(DEFAULT_LIMIT),
        }
    }
    /// The rows that a pull asks for, where this is one.
    pub fn only(&self) -> Option<Vec<Id>> {
        self.only.as_ref().map(|ids| ids.split(',').filter_map(Id::parse).collect())
    }
    /// The key and id after which the page begins; 422 where the cursor is not one of this list in this order.
    pub fn after<K: Key>(&self, sort: &str) -> Result<Option<(K, Id)>> {
        let Some(cursor) = &self.cursor else { return Ok(None) };
        let place: Option<Place<K>> = URL_SAFE_NO_PAD.decode(cursor).ok().and_then(|bytes| serde_json::from_slice(&bytes).ok());
        match place {
            Some(place) if place.s == sort && place.k.is_sound() => Ok(Some((place.k, place.i))),
            _ => Err(Error::fault(
                "cursor",
                "bad_cursor",
                "Con trỏ trang không thuộc danh sách này; hãy bắt đầu lại từ trang đầu.",
                "The cursor is not one of this list; start again at the first page.",
            )),
        }
    }
}

/// One page of a list.
#[derive(Debug)]
pub struct Page<T> {
    /// The rows.
    pub items: Vec<T>,
    /// Where the next page begins; none on the last one.
    pub next: Option<String>,
    /// All rows that the filter finds, where asked for.
    pub total: Option<i64>,
}

impl<T> Page<T> {
    /// Makes a page of up to `limit + 1` rows; the one too many says that there is a next page.
    pub fn of<K: Serialize>(mut rows: Vec<T>, limit: i64, sort: &str, key: impl Fn(&T) -> (K, Id)) -> Result<Self> {
        let limit = usize::try_from(limit).unwrap_or(usize::MAX);
        let next = if rows.len() > limit {
            rows.truncate(limit);
            match rows.last().map(key) {
                Some((k, i)) => Some(URL_SAFE_NO_PAD.encode(serde_json::to_vec(&Place { s: sort.to_owned(), k, i })?)),
                None => None,
            }
        } else {
            None
        };
        Ok(Self { items: rows, next, total: None })
    }
    /// The same page of other rows.
    pub fn map<U>(self, f: impl FnMut(T) -> U) -> Page<U> {
        Page { items: self.items.into_iter().map(f).collect(), next: self.next, total: self.total }
    }
    /// Adds the total.
    pub fn counted(mut self, total: Option<i64>) -> Self {
        self.total = total;
        self
    }
}

/// Orders a boxed query by a column and the id, and begins after the cursor:
/// `let query = keyset!(query, paging, sort_word, tasks::due_sort => NaiveDate, tasks::id, asc);`
#[macro_export]
macro_rules! keyset {
    ($query:expr, $paging:expr, $sort:expr, $column:expr => $key:ty, $id:expr, asc) => {{
        let mut query = $query;
        if let Some(only) = $paging.only() {
            query = query.filter($id.eq_any(only));
        }
        if let Some((key, id)) = $paging.after::<$key>($sort)? {
            // Written so that the index range is kept: diesel has no row comparison.
            query = query.filter($column.ge(key.clone()).and($column.gt(key).or($id.gt(id))));
        }
        query.order(($column.asc(), $id.asc())).limit($paging.limit() + 1)
    }};
    ($query:expr, $paging:expr, $sort:expr, $column:expr => $key:ty, $id:expr, desc) => {{
        let mut query = $query;
        if let Some(only) = $paging.only() {
            query = query.filter($id.eq_any(only));
        }
        if let Some((key, id)) = $paging.after::<$key>($sort)? {
            query = query.filter($column.le(key.clone()).and($column.lt(key).or($id.lt(id))));
        }
        query.order(($column.desc(), $id.desc())).limit($paging.limit() + 1)
    }};
}

/// The page of a list in its order or backwards ([`Sort`]):
/// `let page = sorted!(conn, query, paging, sort, plans::id => Id, plans::id, |p: &Plan| (p.id, p.id));`
#[macro_export]
macro_rules! sorted {
    ($conn:expr, $query:expr, $paging:expr, $sort:expr, $column:expr => $key:ty, $id:expr, $place:expr) => {{
        let (query, word) = ($query, $sort.word());
        let rows = if $sort.descends() {
            $crate::keyset!(query, $paging, word, $column => $key, $id, desc).load($conn)?
        } else {
            $crate::keyset!(query, $paging, word, $column => $key, $id, asc).load($conn)?
        };
        $crate::page::Page::of(rows, $paging.limit(), word, $place)?
    }};
}
