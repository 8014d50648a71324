//! Marks of state secrets in what is sent: every text of every body is searched, whatever it is for (RULES 8).

use crate::{
    error::{Error, Fault, Result},
    secrecy,
};
use serde_json::Value;

/// Places that are told of one body, at most.
const MOST: usize = 100;

/// Where a body bears a secrecy level as a mark; never what stands there.
#[derive(Debug, Default)]
pub(super) struct Marks {
    pointers: Vec<String>,
    /// A member's name bears one, so no fault may repeat the names that were sent.
    in_a_name: bool,
}

impl Marks {
    /// Searches a whole body.
    pub(super) fn of(body: &Value) -> Self {
        let mut marks = Self::default();
        marks.search(body, &mut String::new());
        marks
    }

    fn search(&mut self, value: &Value, at: &mut String) {
        if self.pointers.len() >= MOST {
            return;
        }
        let own = at.len();
        match value {
            Value::String(text) if secrecy::scan_text(text) => self.pointers.push(at.clone()),
            Value::Array(all) => {
                for (place, item) in all.iter().enumerate() {
                    at.push_str(&format!("/{place}"));
                    self.search(item, at);
                    at.truncate(own);
                }
            }
            Value::Object(members) => {
                for (name, value) in members {
                    if self.pointers.len() >= MOST {
                        return;
                    }
                    if secrecy::scan_text(name) {
                        // The place is the object: its name may not be repeated.
                        self.in_a_name = true;
                        self.pointers.push(at.clone());
                        continue;
                    }
                    at.push('/');
                    at.push_str(&name.replace('~', "~0").replace('/', "~1"));
                    self.search(value, at);
                    at.truncate(own);
                }
            }
            _ => {}
        }
    }

    /// 422 where there is a mark, with what else is wrong.
    pub(super) fn refuse(&self, others: &[Fault]) -> Result<()> {
        if self.pointers.is_empty() {
            return Ok(());
        }
        let others = if self.in_a_name { &[] } else { others };
        Err(Error::state_secret(self.pointers.iter().map(String::as_str), others))
    }
}
