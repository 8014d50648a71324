//! From the agencies' values to the totals: pure, so that issuing, editing and verifying work it out the same way.

use super::{
    ConsolidatedFigure, FigureComparison, Line,
    decimal::{self, NotExact},
};
use crate::{
    error::{Error, Result},
    id::Id,
    reporting::regimes::model::{AcrossAgencies, Indicator, ValueType},
};
use rust_decimal::Decimal;
use std::collections::{HashMap, HashSet};

/// What the consolidator says instead of a total.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Adjusted {
    pub total: String,
    pub reason: String,
    pub from: Option<String>,
}

/// Totals by indicator code.
pub type Totals = HashMap<String, String>;

fn refused(indicator: &str, why: &NotExact) -> Error {
    match why {
        NotExact::Unreadable(text) => Error::conflict(
            "unreadable_value",
            format!("Giá trị '{text}' của chỉ tiêu {indicator} không phải là số đọc được; hãy trả lại báo cáo đó."),
            format!("The value '{text}' of indicator {indicator} is no readable number; return that report."),
        ),
        NotExact::TooLong => Error::conflict(
            "too_many_digits",
            format!("Chỉ tiêu {indicator} vượt quá 28 chữ số, không cộng chính xác được."),
            format!("Indicator {indicator} goes beyond 28 digits and cannot be added exactly."),
        ),
    }
}

/// 100 where the unit is percent: a ratio of 2 to 8 then is 25.
fn factor(indicator: &Indicator) -> u32 {
    if indicator.unit.as_deref().is_some_and(|u| u.trim_start().starts_with('%')) { 100 } else { 1 }
}

fn numbers(indicator: &Indicator, given: &[&Line]) -> Result<Vec<Decimal>> {
    given.iter().filter_map(|l| l.value.as_deref()).map(|v| decimal::read(v).map_err(|e| refused(&indicator.code, &e))).collect()
}

/// The totals of all indicators, in the order of the regime. `counted` are the obligations whose sources are in the sums.
pub fn figures(
    indicators: &[Indicator],
    lines: &[Line],
    counted: &HashSet<Id>,
    expected: i32,
    adjusted: &HashMap<String, Adjusted>,
) -> Result<Vec<ConsolidatedFigure>> {
    let mut by_indicator: HashMap<&str, Vec<&Line>> = HashMap::new();
    for line in lines.iter().filter(|l| counted.contains(&l.obligation_id) && l.value.is_some()) {
        by_indicator.entry(&line.indicator).or_default().push(line);
    }
    let given = |code: &str| by_indicator.get(code).map(Vec::as_slice).unwrap_or_default();
    let mut all = Vec::with_capacity(indicators.len());
    for indicator in indicators {
        let lines = given(&indicator.code);
        let total = match indicator.across_agencies {
            _ if indicator.value_type == ValueType::Text => None,
            AcrossAgencies::Sum => {
                let mut values = numbers(indicator, lines)?.into_iter();
                let first = values.next();
                first.map(|f| values.try_fold(f, decimal::add)).transpose().map_err(|e| refused(&indicator.code, &e))?
            }
            AcrossAgencies::Max => numbers(indicator, lines)?.into_iter().max(),
            AcrossAgencies::Ratio | AcrossAgencies::None => None,
        };
        let adjusted = adjusted.get(&indicator.code);
        all.push(ConsolidatedFigure {
            indicator: indicator.code.clone(),
            name: indicator.name.clone(),
            name_en: indicator.name_en.clone(),
            unit: indicator.unit.clone(),
            across_agencies: indicator.across_agencies,
            total: total.map(|t| t.to_string()),
            estimated: lines.iter().any(|l| l.estimated),
            reporting: i32::try_from(lines.len()).unwrap_or(i32::MAX),
            expected,
            adjusted_total: adjusted.map(|a| a.total.clone()),
            adjustment_reason: adjusted.map(|a| a.reason.clone()),
            adjusted_from: adjusted.and_then(|a| a.from.clone()),
            previous: None,
            same_period_last_year: None,
        });
    }
    // A ratio is that of the two totals shown, so that a reader can work it out again; never a mean of ratios.
    for (at, indicator) in indicators.iter().enumerate().filter(|(_, i)| i.across_agencies == AcrossAgencies::Ratio && i.value_type != ValueType::Text) {
        let (Some(above), Some(below)) = (indicator.numerator.as_deref(), indicator.denominator.as_deref()) else { continue };
        let (above_lines, below_lines) = (given(above), given(below));
        let both: HashSet<Id> = below_lines.iter().map(|l| l.obligation_id).collect();
        let total = ratio(indicator, effective(&all, above), effective(&all, below))?;
        let part = |code: &str| all.iter().any(|f| f.indicator == code && f.estimated);
        let estimated = part(above) || part(below);
        if let Some(figure) = all.get_mut(at) {
            figure.total = total;
            figure.estimated = estimated;
            figure.reporting = i32::try_from(above_lines.iter().filter(|l| both.contains(&l.obligation_id)).count()).unwrap_or(i32::MAX);
        }
    }
    Ok(all)
}

fn effective<'a>(all: &'a [ConsolidatedFigure], code: &str) -> Option<&'a str> {
    all.iter().find(|f| f.indicator == code).and_then(ConsolidatedFigure::effective)
}

fn ratio(indicator: &Indicator, above: Option<&str>, below: Option<&str>) -> Result<Option<String>> {
    let refuse = |e: NotExact| refused(&indicator.code, &e);
    let (Some(above), Some(below)) = (above, below) else { return Ok(None) };
    let (above, below) = (decimal::read(above).map_err(refuse)?, decimal::read(below).map_err(refuse)?);
    Ok(decimal::ratio(above, below, factor(indicator), decimal::RATIO_PLACES).map_err(refuse)?.map(|r| r.to_string()))
}

/// Several reports of one period as one: predecessors summed (RULES 18).
pub fn together(indicators: &[Indicator], mut parts: Vec<Totals>) -> Result<Totals> {
    if parts.len() < 2 {
        return Ok(parts.pop().unwrap_or_default());
    }
    let mut all = Totals::new();
    for indicator in indicators.iter().filter(|i| i.value_type != ValueType::Text) {
        let refuse = |e: NotExact| refused(&indicator.code, &e);
        let values: Vec<Decimal> = parts.iter().filter_map(|p| p.get(&indicator.code)).map(|v| decimal::read(v).map_err(refuse)).collect::<Result<_>>()?;
        let total = match indicator.across_agencies {
            AcrossAgencies::Sum if !values.is_empty() => Some(values.into_iter().try_fold(Decimal::ZERO, decimal::add).map_err(refuse)?),
            AcrossAgencies::Max => values.into_iter().max(),
            _ => None,
        };
        if let Some(total) = total {
            all.insert(indicator.code.clone(), total.to_string());
        }
    }
    for indicator in indicators.iter().filter(|i| i.across_agencies == AcrossAgencies::Ratio) {
        let of = |code: &Option<String>| code.as_ref().and_then(|c| all.get(c)).map(String::as_str);
        if let Some(total) = ratio(indicator, of(&indicator.numerator), of(&indicator.denominator))? {
            all.insert(indicator.code.clone(), total);
        }
    }
    Ok(all)
}

/// Sets what counts now beside what another period's report said.
pub fn compare(figure: &ConsolidatedFigure, period: &str, then: &Totals) -> Result<FigureComparison> {
    let mut comparison = FigureComparison { period: period.to_owned(), total: then.get(&figure.indicator).cloned(), difference: None, percent: None };
    let refuse = |e: NotExact| refused(&figure.indicator, &e);
    if let (Some(now), Some(then)) = (figure.effective(), comparison.total.as_deref()) {
        let (now, then) = (decimal::read(now).map_err(refuse)?, decimal::read(then).map_err(refuse)?);
        let difference = decimal::subtract(now, then).map_err(refuse)?;
        comparison.difference = Some(difference.to_string());
        comparison.percent = decimal::ratio(difference, then.abs(), 100, decimal::PERCENT_PLACES).map_err(refuse)?.map(|p| p.to_string());
    }
    Ok(comparison)
}

#[cfg(test)]
mod tests;
