//! Organisations that a request names: of the right province, and still there.

use super::{Organization, find_many, provinces};
use crate::{
    ask::Ask,
    db::Conn,
    error::{Fault, Result},
    id::Id,
};
use chrono::NaiveDate;

/// Organisations that are named, with the provinces of which they may be.
#[derive(Debug)]
pub struct Named {
    known: Vec<Organization>,
    provinces: Vec<Id>,
    today: NaiveDate,
}

impl Named {
    /// Looks them up for a record of a province: two statements, however many they are.
    pub fn read(conn: &mut Conn, ask: &Ask, province: Id, ids: &[Id]) -> Result<Self> {
        let known = if ids.is_empty() { vec![] } else { find_many(conn, ids)? };
        Ok(Self { known, provinces: provinces::nameable(conn, ask, province)?, today: ask.today })
    }
    /// The organisation, if it is one of these provinces.
    pub fn find(&self, id: Id) -> Option<&Organization> {
        self.known.iter().find(|o| o.id == id && self.provinces.contains(&o.province_id))
    }
    /// Whether a record of these provinces may name what is of this one.
    pub fn is_here(&self, province: Id) -> bool {
        self.provinces.contains(&province)
    }
    /// What is wrong with giving something to it: it is of another province, or has ended.
    pub fn fault(&self, at: &str, id: Id) -> Option<Fault> {
        match self.find(id) {
            None => Some(Fault::at(at, "unknown_reference", "Cơ quan không thuộc tỉnh này.", "The organisation is not of this province.")),
            Some(o) if o.is_over(self.today) => Some(Fault::at(at, "ended", "Cơ quan này không còn hoạt động.", "The organisation has ended.")),
            Some(_) => None,
        }
    }
}
