//! Exact numbers as text: up to 18 digits before and 6 after the point. Never a float.

/// Decimals kept.
const SCALE: u32 = 6;

/// The number in millionths; none for what is not such a number.
pub fn millionths(text: &str) -> Option<i128> {
    let (negative, digits) = match text.strip_prefix('-') {
        Some(rest) => (true, rest),
        None => (false, text),
    };
    let (whole, part) = digits.split_once('.').unwrap_or((digits, ""));
    let all_digits = |t: &str| t.bytes().all(|b| b.is_ascii_digit());
    let whole_ok = (1..=18).contains(&whole.len()) && all_digits(whole) && (whole.len() == 1 || !whole.starts_with('0'));
    let part_ok = all_digits(part) && part.len() <= SCALE as usize && (part.is_empty() != digits.contains('.'));
    if !whole_ok || !part_ok {
        return None;
    }
    let shifted = format!("{whole}{part:0<6}");
    let number: i128 = shifted.parse().ok()?;
    Some(if negative { -number } else { number })
}

/// Whether it is a whole number.
pub fn is_whole(text: &str) -> bool {
    !text.contains('.') && millionths(text).is_some()
}

/// The shortest text of a number in millionths.
pub fn text(millionths: i128) -> String {
    let sign = if millionths < 0 { "-" } else { "" };
    let (whole, part) = (millionths.unsigned_abs() / 1_000_000, millionths.unsigned_abs() % 1_000_000);
    let decimals = format!("{part:06}");
    match decimals.trim_end_matches('0') {
        "" => format!("{sign}{whole}"),
        part => format!("{sign}{whole}.{part}"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_are_exact_and_strict() {
        for (given, value) in [("0", 0), ("12", 12_000_000), ("-3.5", -3_500_000), ("0.000001", 1), ("999999999999999999", 999_999_999_999_999_999_000_000)] {
            assert_eq!(millionths(given), Some(value), "{given}");
            assert_eq!(text(value), given);
        }
        for bad in ["", "-", "1.", ".5", "01", "1,5", "1e3", "+1", "1.0000001", "1234567890123456789", "1.5.2", " 1"] {
            assert_eq!(millionths(bad), None, "{bad}");
        }
        assert!(is_whole("7") && !is_whole("7.0") && !is_whole("x"));
    }
}
