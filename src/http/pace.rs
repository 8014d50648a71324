//! How many requests a caller may make a minute; counted in this process, a courtesy to neighbours and no wall.

use crate::time::Stamp;
use std::{collections::HashMap, sync::Mutex};

#[derive(Debug)]
pub struct Pace {
    limit: u32,
    minute: Mutex<(i64, HashMap<String, u32>)>,
}

/// Where a caller stands in this minute.
#[derive(Debug, Clone, Copy)]
pub struct Turn {
    pub limit: u32,
    pub left: u32,
    pub resets_in: u32,
    pub refused: bool,
}

impl Pace {
    /// `limit` requests a minute; 0 is no limit.
    pub fn new(limit: u32) -> Self {
        Self { limit, minute: Mutex::default() }
    }

    /// Seconds to wait where a caller's minute is used up; looks without counting.
    pub fn spent(&self, caller: &str, now: Stamp) -> Option<u32> {
        let seconds = now.utc().timestamp();
        let all = self.minute.lock().ok()?;
        let spent = self.limit > 0 && all.0 == seconds / 60 && all.1.get(caller).is_some_and(|used| *used >= self.limit);
        spent.then(|| u32::try_from(60 - seconds % 60).unwrap_or(60))
    }

    pub fn turn(&self, caller: &str, now: Stamp) -> Option<Turn> {
        if self.limit == 0 {
            return None;
        }
        let seconds = now.utc().timestamp();
        let minute = seconds / 60;
        let Ok(mut all) = self.minute.lock() else { return None };
        if all.0 != minute {
            all.0 = minute;
            all.1.clear();
        }
        let used = all.1.entry(caller.to_owned()).or_insert(0);
        *used = used.saturating_add(1);
        let resets_in = u32::try_from(60 - seconds % 60).unwrap_or(60);
        Some(Turn { limit: self.limit, left: self.limit.saturating_sub(*used), resets_in, refused: *used > self.limit })
    }
}
