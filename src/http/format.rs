//! Which format an answer has: `?format=` beats `Accept`; what a resource does not have is 406.

use super::contract::Operation;
use crate::{
    error::{Error, Fault, Result, all_well},
    export::Format,
};

/// The format asked for. Operations whose only format is none of ours (the content of a file) are looked at by media type.
pub(super) fn choose(operation: &Operation, named: Option<&str>, accept: Option<&str>) -> Result<Format> {
    if let Some(word) = named.filter(|_| operation.takes_format()) {
        return Format::parse(word).filter(|f| operation.formats.contains(f)).ok_or_else(|| none_such(operation));
    }
    let Some(accept) = accept.filter(|a| !a.trim().is_empty()) else { return Ok(first(operation)) };
    if operation.produces.is_empty() {
        return if quality(accept, "application/json") > 0 || quality(accept, "application/problem+json") > 0 {
            Ok(Format::Json)
        } else {
            Err(none_such(operation))
        };
    }
    let mut best = (0, None);
    for media in &operation.produces {
        let quality = quality(accept, media);
        if quality > best.0 {
            best = (quality, Some(media));
        }
    }
    match best.1 {
        Some(media) => Ok(Format::of_media(media).unwrap_or(Format::Json)),
        None => Err(none_such(operation)),
    }
}

fn first(operation: &Operation) -> Format {
    operation.formats.first().copied().unwrap_or(Format::Json)
}

fn none_such(operation: &Operation) -> Error {
    let there = operation.produces.join(", ");
    Error::refuse(406, "not_acceptable", format!("Chỉ có định dạng: {there}."), format!("Available formats: {there}."))
}

/// How much a media type is wanted, in thousandths: what the most particular range says (RFC 9110, 12.5.1).
fn quality(accept: &str, media: &str) -> u16 {
    let group = media.split('/').next().unwrap_or_default();
    let mut best = (0, 0);
    for range in accept.split(',') {
        let mut parts = range.split(';').map(str::trim);
        let name = parts.next().unwrap_or_default().to_ascii_lowercase();
        let rank = match name.split_once('/') {
            _ if name == media => 3,
            Some((of, "*")) if of == group => 2,
            Some(("*", "*")) => 1,
            _ => continue,
        };
        let weight = parts.find_map(|p| p.strip_prefix("q=").or_else(|| p.strip_prefix("Q="))).map_or(1000, thousandths);
        if rank > best.0 || (rank == best.0 && weight > best.1) {
            best = (rank, weight);
        }
    }
    best.1
}

fn thousandths(text: &str) -> u16 {
    let (whole, part) = text.split_once('.').unwrap_or((text, ""));
    let part: u16 = format!("{part:0<3}").get(..3).and_then(|p| p.parse().ok()).unwrap_or(0);
    match whole {
        "1" => 1000,
        "0" => part,
        _ => 0,
    }
}

/// 422 for parameters that say nothing in the format chosen: each by itself is as the document allows (RULES 19).
pub(super) fn fitting(operation: &Operation, format: Format, query: &[(String, String)]) -> Result<()> {
    let has = |name: &str| query.iter().any(|(n, _)| n == name);
    let mut faults = Vec::new();
    if has("bom") && format != Format::Csv {
        faults.push(Fault::at("bom", "not_in_this_format", "Chỉ dùng với format=csv.", "Goes with format=csv alone."));
    }
    if has("count") && format != Format::Json {
        faults.push(Fault::at("count", "not_in_this_format", "Chỉ dùng với JSON.", "Goes with JSON alone."));
    }
    if has("fields") && format != Format::Json && !(format.is_table() && operation.lists) {
        faults.push(Fault::at("fields", "not_in_this_format", "Không dùng với định dạng này.", "Does not go with this format."));
    }
    if has("include") && format != Format::Json {
        faults.push(Fault::at("include", "not_in_this_format", "Chỉ dùng với JSON.", "Goes with JSON alone."));
    }
    all_well(faults)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_most_particular_range_decides() {
        let browser = "text/html,application/xhtml+xml,application/xml;q=0.9,*/*;q=0.8";
        assert_eq!(quality(browser, "application/json"), 800);
        assert_eq!(quality("text/csv;q=0, */*", "text/csv"), 0);
        assert_eq!(quality("text/*;q=0.5, text/csv", "text/csv"), 1000);
        assert_eq!(quality("application/json;q=0.2,text/csv;q=0.25", "text/csv"), 250);
        assert_eq!(quality("image/png", "text/csv"), 0);
        assert_eq!(quality("TEXT/CSV; charset=utf-8", "text/csv"), 1000);
    }
}
