use super::*;
use crate::period::Period;

fn d(text: &str) -> NaiveDate {
    text.parse().expect(text)
}

fn cal() -> Calendar {
    Calendar::embedded().expect("embedded calendar")
}

fn last(rule: &DueRule, period: &str, base: &str) -> Result<Option<NaiveDate>, CalendarError> {
    assert_eq!(rule.validate(), [], "{rule:?}");
    let period: Option<Period> = (!period.is_empty()).then(|| period.parse().expect(period));
    let base = (!base.is_empty()).then(|| d(base));
    rule.last_day(period.as_ref(), base, &cal())
}

#[test]
fn the_embedded_calendar_is_whole() {
    let seed = CalendarSeed::embedded().expect("seed");
    assert_eq!(seed.version, "vn-2019-2026/1");
    assert!(seed.unconfirmed);
    assert_eq!(seed.years, (2019..=2026).collect::<Vec<_>>());
    for day in seed.days_off.iter().chain(&seed.extra_working_days) {
        assert!(day.unconfirmed && !day.name_vi.is_empty() && !day.name_en.is_empty());
    }
    for day in seed.days_off.iter().filter(|day| day.kind != DayKind::PublicHoliday) {
        assert!(!is_weekend(day.date), "{} is off anyway", day.date);
    }
    for day in &seed.extra_working_days {
        assert_eq!((day.date.weekday(), day.kind), (Weekday::Sat, DayKind::SwappedWorking));
    }
    // Every swapped day has its Saturday; the Saturday of 2019-01-05 belongs to 31/12/2018.
    let swapped = seed.days_off.iter().filter(|day| day.kind == DayKind::SwappedOff).count();
    assert_eq!(swapped + 1, seed.extra_working_days.len());
    // Each holiday on a weekend has a day in lieu.
    for year in 2019..=2026 {
        let of = |kind, weekend| {
            let of_year = seed.days_off.iter().filter(move |day| day.date.year() == year);
            of_year.filter(|day| day.kind == kind && is_weekend(day.date) == weekend).count()
        };
        assert_eq!(of(DayKind::PublicHoliday, true), of(DayKind::Compensatory, false), "{year}");
        // Labour Code: 10 paid holidays until 2020, 11 from 2021; one more announced for 2026.
        let law = match year {
            ..=2020 => 10,
            2026 => 12,
            _ => 11,
        };
        let all = of(DayKind::PublicHoliday, true) + of(DayKind::PublicHoliday, false);
        assert_eq!(all, law, "{year}");
    }
}

#[test]
fn working_days() {
    for (day, worked) in [
        ("2019-01-05", true),  // Saturday, for 31/12/2018
        ("2019-05-04", true),  // Saturday, for 29/4/2019
        ("2019-04-29", false), // swapped
        ("2019-04-15", false), // in lieu of Sunday 14/4
        ("2020-01-29", false), // last day of Tết
        ("2020-01-30", true),
        ("2020-11-14", false), // Saturday
        ("2021-02-10", false), // first day of Tết
        ("2021-09-03", false), // second day of Quốc khánh
        ("2021-11-19", true),  // Friday
        ("2022-05-03", false), // in lieu of Sunday 1/5
        ("2022-05-04", true),
        ("2023-05-03", false), // Sat 29/4 and Sun 30/4 give 2/5 and 3/5
        ("2023-09-04", false), // in lieu of Saturday 2/9
        ("2024-05-04", true),
        ("2025-04-26", true),
        ("2025-05-02", false),
        ("2026-01-02", false),
        ("2026-01-10", true),
        ("2026-02-20", false),
        ("2026-08-22", true),
        ("2026-08-31", false),
    ] {
        assert_eq!(cal().is_working_day(d(day)), Ok(worked), "{day}");
    }
}

/// 2021: 261 weekdays; off on weekdays: 1/1, Tết 10, 11, 12, 15, 16/2, 21/4, 30/4, 3/5, 2/9, 3/9 = 11.
/// 2024: 262 weekdays; off: 1/1, Tết 8, 9, 12, 13, 14/2, 18/4, 29/4, 30/4, 1/5, 2/9, 3/9 = 12; one
/// Saturday worked.
#[test]
fn whole_years() {
    for (year, days) in [(2021, 261 - 11), (2024, 262 - 12 + 1)] {
        let (first, last) = (d(&format!("{year}-01-01")), d(&format!("{year}-12-31")));
        // 1 January is off, so counting after it loses nothing.
        assert_eq!(cal().working_days_between(first, last), Ok(days), "{year}");
    }
}

#[test]
fn sums() {
    let c = cal();
    // Fri 19/11/2021 + 1 = Mon 22; from a Saturday, too, Monday is the first.
    assert_eq!(c.add_working_days(d("2021-11-19"), 1), Ok(d("2021-11-22")));
    assert_eq!(c.add_working_days(d("2021-11-20"), 1), Ok(d("2021-11-22")));
    assert_eq!(c.add_working_days(d("2021-11-20"), 0), Ok(d("2021-11-20")));
    // Thu 25/4/2024: Fri 26, (29, 30, 1 off), Thu 2/5, Fri 3/5, Sat 4/5 worked, Mon 6/5.
    assert_eq!(c.add_working_days(d("2024-04-25"), 4), Ok(d("2024-05-04")));
    assert_eq!(c.add_working_days(d("2024-04-25"), 5), Ok(d("2024-05-06")));
    assert_eq!(c.working_days_between(d("2024-04-25"), d("2024-05-06")), Ok(5));
    assert_eq!(c.working_days_between(d("2021-11-19"), d("2021-11-21")), Ok(0));
    assert_eq!(c.working_days_between(d("2021-11-22"), d("2021-11-19")), Ok(0));
    assert_eq!(c.roll(d("2020-11-14"), Roll::None), Ok(d("2020-11-14")));
    assert_eq!(c.roll(d("2020-11-14"), Roll::Next), Ok(d("2020-11-16")));
    assert_eq!(c.roll(d("2020-11-14"), Roll::Previous), Ok(d("2020-11-13")));
    // Tết 2024: Thu 8/2 to Wed 14/2 off.
    assert_eq!(c.roll(d("2024-02-10"), Roll::Next), Ok(d("2024-02-15")));
    assert_eq!(c.roll(d("2024-02-10"), Roll::Previous), Ok(d("2024-02-07")));
}

#[test]
fn years_that_are_not_loaded_are_refused() {
    let c = cal();
    let refused = |year| CalendarError::YearNotLoaded { year, version: "vn-2019-2026/1".into() };
    assert_eq!(c.is_working_day(d("2018-12-31")), Err(refused(2018)));
    assert_eq!(c.add_working_days(d("2026-12-31"), 1), Err(refused(2027)));
    assert_eq!(c.working_days_between(d("2026-12-31"), d("2027-01-04")), Err(refused(2027)));
    assert_eq!(c.roll(d("2027-01-02"), Roll::Next), Err(refused(2027)));
    assert_eq!(c.roll(d("2027-01-02"), Roll::None), Ok(d("2027-01-02")));
    assert_eq!(c.add_working_days(d("2027-01-04"), 0), Err(refused(2027)));
}

#[test]
fn a_calendar_from_rows() {
    let c = Calendar::new("t/1", [2030], [d("2030-01-01")], [d("2030-01-05")]).expect("calendar");
    assert_eq!((c.version(), c.years().collect::<Vec<_>>()), ("t/1", vec![2030]));
    // Tue 1/1 off, Sat 5/1 worked: Wed 2, Thu 3, Fri 4, Sat 5.
    assert_eq!(c.add_working_days(d("2030-01-01"), 4), Ok(d("2030-01-05")));
    let none: [NaiveDate; 0] = [];
    for bad in [
        Calendar::new(" ", [2030], none, none),
        Calendar::new("t/1", [], none, none),
        Calendar::new("t/1", [2030], [d("2031-01-01")], none),
        Calendar::new("t/1", [2030], none, [d("2030-01-04")]), // a Friday
        Calendar::new("t/1", [2030], [d("2030-01-05")], [d("2030-01-05")]),
    ] {
        assert!(matches!(bad, Err(CalendarError::BadData(_))));
    }
}

/// RULES 13: "trước ngày 20/11 hằng năm" is 19/11/2021, "trước ngày 15/11" is 14/11/2020 (a
/// Saturday, not rolled); "trong tháng 4/2020" is 30/4/2020, a holiday, not rolled.
#[test]
fn the_seeds() {
    let before = |month, day| DueRule { month: Some(month), day: Some(day), inclusive: false, ..DueRule::of(DueRuleKind::Yearly) };
    assert_eq!(last(&before(11, 20), "2021", ""), Ok(Some(d("2021-11-19"))));
    assert_eq!(last(&before(11, 15), "2020", ""), Ok(Some(d("2020-11-14"))));
    let april = DueRule { year: Some(2020), month: Some(4), ..DueRule::of(DueRuleKind::MonthOf) };
    assert_eq!(last(&april, "", ""), Ok(Some(d("2020-04-30"))));
    let before_april = DueRule { inclusive: false, ..april.clone() };
    assert_eq!(last(&before_april, "", ""), Ok(Some(d("2020-03-31"))));
    // Read the other way the named day counts, and rolling is a matter of the rule: Sat 20/11/2021.
    let by = DueRule { inclusive: true, roll: Roll::Next, ..before(11, 20) };
    assert_eq!(last(&by, "2021", ""), Ok(Some(d("2021-11-22"))));
    // "Not inclusive" comes first, then the roll: 15/11/2020 → Sat 14 → Fri 13.
    let back = DueRule { roll: Roll::Previous, ..before(11, 15) };
    assert_eq!(last(&back, "2020", ""), Ok(Some(d("2020-11-13"))));
}

#[test]
fn recurring_rules() {
    let half = DueRule { month: Some(6), day: Some(10), second_month: Some(12), second_day: Some(5), ..DueRule::of(DueRuleKind::HalfYearly) };
    assert_eq!(last(&half, "2026-H1", ""), Ok(Some(d("2026-06-10"))));
    assert_eq!(last(&half, "2026-H2", ""), Ok(Some(d("2026-12-05"))));
    assert_eq!(last(&half, "2026", ""), Ok(Some(d("2026-12-05"))));
    assert_eq!(last(&half, "2026-Q1", ""), Err(CalendarError::PeriodMismatch));
    assert_eq!(last(&half, "", ""), Err(CalendarError::PeriodRequired));
    let quarter = DueRule { month_of_quarter: Some(3), day: Some(31), ..DueRule::of(DueRuleKind::Quarterly) };
    assert_eq!(last(&quarter, "2026-Q3", ""), Ok(Some(d("2026-09-30"))));
    assert_eq!(last(&quarter, "2026-Q4", ""), Ok(Some(d("2026-12-31"))));
    assert_eq!(last(&quarter, "2026", ""), Err(CalendarError::PeriodMismatch));
    // "Trước ngày 05 tháng đầu quý sau": Q4 of 2026 → 4/1/2027.
    let next_quarter = DueRule { month_of_quarter: Some(1), day: Some(5), following: Some(true), inclusive: false, ..DueRule::of(DueRuleKind::Quarterly) };
    assert_eq!(last(&next_quarter, "2026-Q4", ""), Ok(Some(d("2027-01-04"))));
    let month = DueRule { day: Some(31), ..DueRule::of(DueRuleKind::Monthly) };
    assert_eq!(last(&month, "2024-02", ""), Ok(Some(d("2024-02-29"))));
    assert_eq!(last(&month, "2026-02", ""), Ok(Some(d("2026-02-28"))));
    // "Trước ngày 01 tháng sau" for December is 31/12.
    let next_month = DueRule { day: Some(1), following: Some(true), inclusive: false, ..month };
    assert_eq!(last(&next_month, "2026-12", ""), Ok(Some(d("2026-12-31"))));
}

#[test]
fn counted_from_a_day() {
    let within = |days, working| DueRule { days: Some(days), working: Some(working), roll: Roll::Next, ..DueRule::of(DueRuleKind::DaysAfter) };
    // From Thu 25/4/2024, 5 working days: Fri 26, Thu 2/5, Fri 3, Sat 4 (worked), Mon 6/5.
    assert_eq!(last(&within(5, true), "", "2024-04-25"), Ok(Some(d("2024-05-06"))));
    // 5 days: Tue 30/4, a holiday, rolled to Thu 2/5.
    assert_eq!(last(&within(5, false), "", "2024-04-25"), Ok(Some(d("2024-05-02"))));
    assert_eq!(last(&within(5, true), "2024", ""), Err(CalendarError::BaseRequired));
    let words = Some("theo quy định".to_owned());
    let as_regulated = DueRule { phrase: words, ..DueRule::of(DueRuleKind::AsRegulated) };
    assert_eq!(last(&as_regulated, "", ""), Ok(None));
    // Neither counting nor rolling: any year will do.
    let far = DueRule { date: Some(d("2031-06-30")), ..DueRule::of(DueRuleKind::Fixed) };
    assert_eq!(last(&far, "", ""), Ok(Some(d("2031-06-30"))));
    let rolled = DueRule { roll: Roll::Next, ..far };
    assert!(matches!(last(&rolled, "", ""), Err(CalendarError::YearNotLoaded { year: 2031, .. })));
}
