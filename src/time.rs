//! One instant type: UTC, microseconds, the same in both databases, `…Z` in JSON.

use chrono::{DateTime, FixedOffset, NaiveDate, SecondsFormat, SubsecRound, Utc};
use serde::{Deserialize, Deserializer, Serialize, Serializer};
use utoipa::openapi::schema::{KnownFormat, ObjectBuilder, SchemaFormat, Type};

/// A moment in UTC with microsecond precision.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Stamp(DateTime<Utc>);

/// Asia/Ho_Chi_Minh has kept +07:00 without daylight saving since 1975.
const VIETNAM_OFFSET_SECONDS: i32 = 7 * 3600;

impl Stamp {
    /// The moment as chrono knows it.
    pub fn utc(self) -> DateTime<Utc> {
        self.0
    }
    /// The legal date at this moment: that of Asia/Ho_Chi_Minh.
    pub fn day(self) -> NaiveDate {
        match FixedOffset::east_opt(VIETNAM_OFFSET_SECONDS) {
            Some(zone) => self.0.with_timezone(&zone).date_naive(),
            None => self.0.date_naive(),
        }
    }
    /// Microseconds since 1970.
    pub fn micros(self) -> i64 {
        self.0.timestamp_micros()
    }
    /// From microseconds since 1970; `None` outside chrono's range.
    pub fn from_micros(micros: i64) -> Option<Self> {
        DateTime::from_timestamp_micros(micros).map(Self)
    }
    /// This moment moved by seconds (saturating).
    pub fn plus_seconds(self, seconds: i64) -> Self {
        Self(self.0.checked_add_signed(chrono::TimeDelta::seconds(seconds)).unwrap_or(self.0))
    }
}

impl From<DateTime<Utc>> for Stamp {
    fn from(t: DateTime<Utc>) -> Self {
        Self(t.trunc_subsecs(6))
    }
}

impl std::fmt::Display for Stamp {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(&self.0.to_rfc3339_opts(SecondsFormat::AutoSi, true))
    }
}

impl Serialize for Stamp {
    fn serialize<S: Serializer>(&self, s: S) -> Result<S::Ok, S::Error> {
        s.collect_str(self)
    }
}

impl<'de> Deserialize<'de> for Stamp {
    fn deserialize<D: Deserializer<'de>>(d: D) -> Result<Self, D::Error> {
        DateTime::<Utc>::deserialize(d).map(Self::from)
    }
}

impl utoipa::PartialSchema for Stamp {
    fn schema() -> utoipa::openapi::RefOr<utoipa::openapi::schema::Schema> {
        ObjectBuilder::new().schema_type(Type::String).format(Some(SchemaFormat::KnownFormat(KnownFormat::DateTime))).description(Some("RFC 3339, UTC")).into()
    }
}
impl utoipa::ToSchema for Stamp {}

/// Where the time comes from: the machine, or a hand that a story moves.
#[derive(Debug, Clone)]
pub enum Clock {
    /// The machine's clock.
    System,
    /// Microseconds since 1970, set by a test.
    Manual(std::sync::Arc<std::sync::atomic::AtomicI64>),
}

impl Clock {
    /// The present moment.
    #[allow(clippy::disallowed_methods)] // the one place that reads the machine's clock
    pub fn now(&self) -> Stamp {
        match self {
            Clock::System => Utc::now().into(),
            Clock::Manual(hand) => {
                let micros = hand.load(std::sync::atomic::Ordering::Relaxed);
                Stamp::from_micros(micros).unwrap_or_else(|| Utc::now().into())
            }
        }
    }
}
