use super::*;
use crate::reporting::regimes::model::{IndicatorSource, OverTime};

fn indicator(code: &str, across: AcrossAgencies) -> Indicator {
    Indicator {
        code: code.into(),
        name: code.into(),
        name_en: None,
        unit: None,
        value_type: ValueType::Decimal,
        across_agencies: across,
        numerator: None,
        denominator: None,
        over_time: OverTime::Sum,
        source: IndicatorSource::Typed,
        query: None,
        in_text: false,
    }
}

fn ratio_of(code: &str, above: &str, below: &str, unit: Option<&str>) -> Indicator {
    Indicator { numerator: Some(above.into()), denominator: Some(below.into()), unit: unit.map(str::to_owned), ..indicator(code, AcrossAgencies::Ratio) }
}

fn line(who: Id, code: &str, value: Option<&str>, estimated: bool) -> Line {
    Line { report_id: who, indicator: code.into(), obligation_id: who, value: value.map(str::to_owned), estimated }
}

/// Three agencies: 3, 4.5 (estimated) and a blank.
#[test]
fn a_blank_is_not_zero_and_an_estimate_marks_the_sum() {
    let (a, b, c) = (Id::fresh(), Id::fresh(), Id::fresh());
    let indicators = [
        indicator("out", AcrossAgencies::Sum),
        indicator("most", AcrossAgencies::Max),
        indicator("apart", AcrossAgencies::None),
        indicator("nobody", AcrossAgencies::Sum),
        ratio_of("share", "out", "most", Some("%")),
    ];
    let lines = [
        line(a, "out", Some("3"), false),
        line(b, "out", Some("4.5"), true),
        line(c, "out", None, false),
        line(a, "most", Some("10"), false),
        line(b, "most", Some("9"), false),
        line(a, "apart", Some("1"), false),
    ];
    let all = figures(&indicators, &lines, &HashSet::from([a, b, c]), 4, &HashMap::new()).expect("figures");
    let of = |at: usize| (all[at].total.as_deref(), all[at].reporting, all[at].expected, all[at].estimated);
    assert_eq!(of(0), (Some("7.5"), 2, 4, true));
    assert_eq!(of(1), (Some("10"), 2, 4, false));
    assert_eq!(of(2), (None, 1, 4, false));
    assert_eq!(of(3), (None, 0, 4, false));
    // 7.5 of 10 is 75 %, and it rests on an estimate.
    assert_eq!(of(4), (Some("75"), 2, 4, true));
    // Without b: 3 of 10.
    let all = figures(&indicators, &lines, &HashSet::from([a, c]), 4, &HashMap::new()).expect("figures");
    assert_eq!((all[0].total.as_deref(), all[0].estimated, all[4].total.as_deref()), (Some("3"), false, Some("30")));
}

#[test]
fn an_adjusted_total_stays_beside_the_sum_and_counts_in_ratios_and_comparisons() {
    let (a, b) = (Id::fresh(), Id::fresh());
    let indicators = [indicator("x", AcrossAgencies::Sum), indicator("y", AcrossAgencies::Sum), ratio_of("r", "x", "y", None)];
    let lines = [line(a, "x", Some("6"), false), line(b, "x", Some("4"), false), line(a, "y", Some("12"), false)];
    let adjusted = HashMap::from([("x".to_owned(), Adjusted { total: "9".into(), reason: "hai cơ quan cùng chủ trì".into(), from: Some("10".into()) })]);
    let all = figures(&indicators, &lines, &HashSet::from([a, b]), 2, &adjusted).expect("figures");
    assert_eq!((all[0].total.as_deref(), all[0].adjusted_total.as_deref(), all[0].is_outdated()), (Some("10"), Some("9"), false));
    assert_eq!(all[2].total.as_deref(), Some("0.75"));
    let then = Totals::from([("x".to_owned(), "8".to_owned())]);
    let comparison = compare(&all[0], "2025", &then).expect("comparison");
    assert_eq!((comparison.difference.as_deref(), comparison.percent.as_deref()), (Some("1"), Some("12.5")));
    // Without b the sum is 6: the adjustment for 10 is out of date.
    let all = figures(&indicators, &lines, &HashSet::from([a]), 2, &adjusted).expect("figures");
    assert!(all[0].is_outdated());
}

#[test]
fn predecessors_are_summed() {
    let indicators = [indicator("x", AcrossAgencies::Sum), indicator("m", AcrossAgencies::Max), ratio_of("r", "x", "m", None)];
    let part = |x: &str, m: &str| Totals::from([("x".to_owned(), x.to_owned()), ("m".to_owned(), m.to_owned())]);
    let all = together(&indicators, vec![part("3", "8"), part("1", "5")]).expect("totals");
    assert_eq!((all["x"].as_str(), all["m"].as_str(), all["r"].as_str()), ("4", "8", "0.5"));
}

#[test]
fn what_is_no_number_is_refused() {
    let a = Id::fresh();
    let refused = figures(&[indicator("x", AcrossAgencies::Sum)], &[line(a, "x", Some("ba"), false)], &HashSet::from([a]), 1, &HashMap::new());
    assert_eq!(refused.map(|_| ()).map_err(|e| e.refusal().code), Err("unreadable_value"));
}
