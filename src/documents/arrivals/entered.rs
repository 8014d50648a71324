//! The day that counts for what an agency sent outside the system and its receiver enters for it (RULES 4).

use super::{super::store as documents, store};
use crate::{
    db::Conn,
    error::{Fault, Result},
    id::Id,
};
use chrono::NaiveDate;

/// The day on which the document arrived at the organisation: as its register says, which the typed day may not contradict;
/// where the document is not in it, the typed day, which is not before the day of issue. The fault is at `pointer`.
pub fn day_of_arrival(
    conn: &mut Conn,
    organization: Option<Id>,
    document: Id,
    typed: Option<NaiveDate>,
    pointer: &str,
) -> Result<(Option<NaiveDate>, Option<Fault>)> {
    let registered = organization.map(|own| store::day_of(conn, own, document)).transpose()?.flatten();
    if let Some(day) = registered {
        let contradicts = typed.is_some_and(|typed| typed != day).then(|| {
            Fault::at(
                pointer,
                "not_as_registered",
                format!("Theo sổ đến, văn bản đến ngày {day}; ngày ấy được tính."),
                format!("By the arrival register the document arrived on {day}, which counts."),
            )
        });
        return Ok((registered, contradicts));
    }
    let issued = documents::find_many(conn, &[document])?.pop().and_then(|d| d.issued_on);
    let too_early = typed.zip(issued).is_some_and(|(typed, issued)| typed < issued);
    let fault = too_early.then(|| Fault::at(pointer, "too_early", "Ngày đến trước ngày ban hành.", "It cannot arrive before it was issued."));
    Ok((typed, fault))
}
