//! Exact decimals as text. The crate's numbers hold 28 digits and round silently beyond; here that is refused instead.

use rust_decimal::{Decimal, RoundingStrategy};

/// Digits after the point of a ratio, half rounded away from zero.
pub const RATIO_PLACES: u32 = 4;
/// Digits after the point of a percentage of change.
pub const PERCENT_PLACES: u32 = 2;

/// Why two numbers cannot be worked out.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum NotExact {
    /// The text is no decimal number of at most 28 digits.
    Unreadable(String),
    /// The result has more than 28 digits.
    TooLong,
}

/// Reads a number as it stands.
pub fn read(text: &str) -> Result<Decimal, NotExact> {
    Decimal::from_str_exact(text.trim()).map_err(|_| NotExact::Unreadable(text.to_owned()))
}

/// The exact sum; keeps the longer of the two fractions (`12.50` + `1` = `13.50`).
pub fn add(a: Decimal, b: Decimal) -> Result<Decimal, NotExact> {
    whole(a.checked_add(b), a, b)
}

/// The exact difference.
pub fn subtract(a: Decimal, b: Decimal) -> Result<Decimal, NotExact> {
    whole(a.checked_sub(b), a, b)
}

/// What came of two numbers, if all its digits are there.
fn whole(made: Option<Decimal>, a: Decimal, b: Decimal) -> Result<Decimal, NotExact> {
    let scale = a.scale().max(b.scale());
    let mut made = made.ok_or(NotExact::TooLong)?;
    // Beside a zero the crate hands the other number back as it is, however long the zero's fraction.
    if a.is_zero() || b.is_zero() {
        made.rescale(scale);
    }
    // Digits that do not fit are dropped from the fraction: a shorter scale tells.
    if made.scale() == scale { Ok(made) } else { Err(NotExact::TooLong) }
}

/// `a` to `b`, times a factor, rounded; none for a division by 0.
pub fn ratio(a: Decimal, b: Decimal, factor: u32, places: u32) -> Result<Option<Decimal>, NotExact> {
    if b.is_zero() {
        return Ok(None);
    }
    let quotient = a.checked_mul(Decimal::from(factor)).and_then(|a| a.checked_div(b)).ok_or(NotExact::TooLong)?;
    Ok(Some(quotient.round_dp_with_strategy(places, RoundingStrategy::MidpointAwayFromZero).normalize()))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn d(text: &str) -> Decimal {
        read(text).expect(text)
    }

    #[test]
    fn sums_are_exact_or_refused() {
        assert_eq!(add(d("0.1"), d("0.2")).expect("sum").to_string(), "0.3");
        assert_eq!(add(d("12.50"), d("1")).expect("sum").to_string(), "13.50");
        assert_eq!(add(d("79228162514264337593543950335"), d("1")), Err(NotExact::TooLong));
        assert_eq!(add(d("7922816251426433759354395033"), d("0.001")), Err(NotExact::TooLong));
        assert_eq!(subtract(d("3"), d("4.5")).expect("difference").to_string(), "-1.5");
        // A zero's decimals count as any other number's, on either side and beyond 32 bits as well.
        for (a, b, sum, rest) in [
            ("0.00", "12500", "12500.00", "-12500.00"),
            ("12500", "0.00", "12500.00", "12500.00"),
            ("0", "12500.5", "12500.5", "-12500.5"),
            ("0.000", "79228162514264", "79228162514264.000", "-79228162514264.000"),
            ("0.00", "0", "0.00", "0.00"),
        ] {
            assert_eq!(add(d(a), d(b)).map(|sum| sum.to_string()), Ok(sum.to_owned()), "{a} + {b}");
            assert_eq!(subtract(d(a), d(b)).map(|rest| rest.to_string()), Ok(rest.to_owned()), "{a} - {b}");
        }
        assert_eq!(add(d("79228162514264337593543950335"), d("0.0")), Err(NotExact::TooLong));
        assert_eq!(read("1e3"), Err(NotExact::Unreadable("1e3".into())));
        assert_eq!(read(""), Err(NotExact::Unreadable(String::new())));
    }

    #[test]
    fn ratios_are_rounded_half_away_from_zero() {
        assert_eq!(ratio(d("2"), d("3"), 1, RATIO_PLACES).expect("ratio"), Some(d("0.6667")));
        assert_eq!(ratio(d("2"), d("3"), 100, RATIO_PLACES).expect("ratio"), Some(d("66.6667")));
        assert_eq!(ratio(d("1"), d("8"), 100, RATIO_PLACES).expect("ratio").map(|r| r.to_string()), Some("12.5".into()));
        assert_eq!(ratio(d("1"), d("0"), 1, RATIO_PLACES), Ok(None));
    }
}
