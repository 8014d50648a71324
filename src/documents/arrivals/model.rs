use super::super::forms::NewDocument;
use crate::{filters::By, id::Id, schema::arrivals, time::Stamp, words};
use chrono::NaiveDate;
use diesel::prelude::*;
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};

words! {
    /// Which register it stands in.
    ArrivalRegister {
        Open = "open", "Sổ văn bản đến", "Arrival register";
        Secret = "secret", "Sổ văn bản mật đến (chỉ số, ngày, nơi gửi, đơn vị xử lý)", "Register of secret arrivals (stubs only)";
    }
}

words! {
    /// What can be done with an arrival.
    ArrivalAction {
        View = "view", "Xem", "View";
        Register = "register", "Đăng ký", "Register";
        Assign = "assign", "Giao xử lý (bút phê)", "Say who handles it";
    }
}

/// The kind of record, as the journal and the access table name it.
pub const KIND: &str = "arrival";

/// One line of the register, as it is stored.
#[derive(Debug, Clone, Queryable, Selectable, Insertable, AsChangeset, Identifiable)]
#[diesel(table_name = arrivals, treat_none_as_default_value = false, treat_none_as_null = true)]
pub struct Arrival {
    pub id: Id,
    pub province_id: Id,
    pub audience: i32,
    pub receiver_id: Id,
    pub register: ArrivalRegister,
    pub year: i32,
    pub number: i32,
    pub arrived_on: NaiveDate,
    pub document_id: Option<Id>,
    pub delivery_id: Option<Id>,
    pub issuer_id: Option<Id>,
    pub issuer_text: Option<String>,
    pub handling_unit_id: Option<Id>,
    pub handling_text: Option<String>,
    pub officer_id: Option<Id>,
    pub instruction: Option<String>,
    pub due_on: Option<NaiveDate>,
    pub assigned_by: Option<Id>,
    pub assigned_at: Option<Stamp>,
    pub version: i32,
    pub created_at: Stamp,
    pub created_by: Option<Id>,
    pub updated_at: Stamp,
}

/// One line of the register, as it is shown.
#[derive(Debug, Clone, Serialize, ToSchema)]
pub struct ArrivalView {
    pub id: Id,
    pub receiver_id: Id,
    pub register: ArrivalRegister,
    pub year: i32,
    /// Số đến, gapless in organisation, register and year.
    #[schema(example = 6488)]
    pub number: i32,
    pub arrived_on: NaiveDate,
    /// None for a stub.
    pub document_id: Option<Id>,
    /// None where the document came outside the system.
    pub delivery_id: Option<Id>,
    pub issuer_id: Option<Id>,
    pub issuer_text: Option<String>,
    /// Number and symbol of the document.
    pub notation_text: Option<String>,
    pub issued_on: Option<NaiveDate>,
    pub summary: Option<String>,
    /// Bút phê: the unit that handles it, where it is an organisation of its own.
    pub handling_unit_id: Option<Id>,
    /// The same in words, for a room or section.
    pub handling_text: Option<String>,
    pub officer_id: Option<Id>,
    pub instruction: Option<String>,
    pub due_on: Option<NaiveDate>,
    pub assigned_by: Option<Id>,
    pub assigned_at: Option<Stamp>,
    pub version: i32,
    pub created_at: Stamp,
    pub created_by: Option<Id>,
    pub updated_at: Stamp,
    /// What this caller may do with it now.
    pub allowed_actions: Vec<ArrivalAction>,
}

crate::filtered_by! {
    ArrivalView: arrivals;
    receiver_id, register: ArrivalRegister, year, number, document_id, delivery_id, handling_unit_id, officer_id, arrived_on, due_on, assigned_by,
    assigned_at, created_at, updated_at
}

/// Who handles an arrival (bút phê).
#[derive(Debug, Clone, Default, Deserialize, ToSchema)]
#[serde(deny_unknown_fields, default)]
pub struct Assignment {
    pub handling_unit_id: Option<Id>,
    #[schema(min_length = 1, max_length = 300, example = "Phòng Hợp tác quốc tế")]
    pub handling_text: Option<String>,
    pub officer_id: Option<Id>,
    #[schema(min_length = 1, max_length = 2000, example = "Tham mưu kế hoạch thực hiện")]
    pub instruction: Option<String>,
    pub due_on: Option<NaiveDate>,
}

/// All that may be registered of a document with a secrecy level (RULES 8).
#[derive(Debug, Clone, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct SecretStub {
    pub issuer_id: Option<Id>,
    #[schema(min_length = 1, max_length = 300, example = "Bộ Ngoại giao")]
    pub issuer_text: Option<String>,
    pub handling_unit_id: Option<Id>,
    #[schema(min_length = 1, max_length = 300, example = "Phòng Hợp tác quốc tế")]
    pub handling_text: Option<String>,
}

/// An arrival: exactly one of `delivery_id`, `document_id`, `document` and `secret_stub`.
#[derive(Debug, Clone, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct NewArrival {
    /// A delivery that the organisation was sent.
    pub delivery_id: Option<Id>,
    /// An own copy that was registered before.
    pub document_id: Option<Id>,
    /// A document that came outside the system; it becomes the organisation's own copy.
    pub document: Option<NewDocument>,
    pub secret_stub: Option<SecretStub>,
    /// Số đến; the next one unless a running register is carried on.
    #[schema(minimum = 1, maximum = 9999999, example = 6488)]
    pub number: Option<i32>,
    pub arrived_on: NaiveDate,
    pub assignment: Option<Assignment>,
}

/// Changes to who handles an arrival.
#[derive(Debug, Clone, Default, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(min_properties = 1)]
pub struct ArrivalPatch {
    #[serde(default, deserialize_with = "crate::http::clearable")]
    #[schema(value_type = Id)]
    pub handling_unit_id: Option<Option<Id>>,
    #[serde(default, deserialize_with = "crate::http::clearable")]
    #[schema(value_type = String, min_length = 1, max_length = 300)]
    pub handling_text: Option<Option<String>>,
    #[serde(default, deserialize_with = "crate::http::clearable")]
    #[schema(value_type = Id)]
    pub officer_id: Option<Option<Id>>,
    #[serde(default, deserialize_with = "crate::http::clearable")]
    #[schema(value_type = String, min_length = 1, max_length = 2000)]
    pub instruction: Option<Option<String>>,
    #[serde(default, deserialize_with = "crate::http::clearable")]
    #[schema(value_type = NaiveDate)]
    pub due_on: Option<Option<NaiveDate>>,
}

/// Filters of the arrival register.
#[derive(Debug, Clone, Default, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
pub struct ArrivalFilter {
    /// Only those that somebody handles, or only those that nobody does yet.
    pub is_assigned: Option<bool>,
    /// Searches number, symbol and summary of the documents, without diacritics.
    #[param(min_length = 1, max_length = 200)]
    pub q: Option<String>,
    #[serde(flatten)]
    #[param(ignore)]
    pub by: By<ArrivalView>,
    #[param(inline)]
    pub sort: Option<ArrivalSort>,
}

/// Orders of the arrival register.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Deserialize, ToSchema)]
pub enum ArrivalSort {
    /// Latest arrival first.
    #[default]
    #[serde(rename = "-arrived_on")]
    Latest,
    /// Earliest arrival first.
    #[serde(rename = "arrived_on")]
    Earliest,
}
