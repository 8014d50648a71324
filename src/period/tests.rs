use super::*;

fn p(text: &str) -> Period {
    text.parse().expect(text)
}

fn d(text: &str) -> NaiveDate {
    text.parse().expect(text)
}

#[test]
fn parses_and_prints_every_form() {
    let forms = ["2026", "2026-H1", "2026-H2", "2026-Q1", "2026-Q4", "2026-9M", "1900", "2199-12"];
    for text in forms {
        assert_eq!(p(text).to_string(), text);
    }
    for month in 1..=12 {
        let text = format!("2026-{month:02}");
        assert_eq!(p(&text).part(), Part::Month(month));
        assert_eq!(p(&text).to_string(), text);
    }
}

#[test]
fn refuses_what_the_pattern_refuses() {
    for text in [
        "",
        "26",
        "2026-",
        "2026-H0",
        "2026-H3",
        "2026-h1",
        "2026-Q0",
        "2026-Q5",
        "2026-00",
        "2026-13",
        "2026-1",
        "2026-001",
        "2026-9m",
        "2026-09M",
        "2026-0:",
        "2026-0A",
        "2026-0?",
        "2026-H:",
        "1899",
        "2200",
        "+202",
        "-2026",
        "2026-H1 ",
        " 2026",
        "2026-01-01",
        "２０２６",
        "2026-H１",
        "2026-0/",
    ] {
        assert_eq!(text.parse::<Period>(), Err(NotAPeriod), "{text:?}");
    }
    assert_eq!(Period::new(2026, Part::Month(13)), None);
    assert_eq!(Period::new(2026, Part::Half(0)), None);
}

#[test]
fn json_is_the_text() {
    assert_eq!(serde_json::to_string(&p("2026-Q3")).expect("json"), "\"2026-Q3\"");
    assert_eq!(serde_json::from_str::<Period>("\"2026-07\"").expect("json"), p("2026-07"));
    assert!(serde_json::from_str::<Period>("2026").is_err());
    let schema = serde_json::to_value(Period::schema()).expect("schema");
    assert_eq!(schema["type"], "string");
    assert_eq!(schema["pattern"], PERIOD_PATTERN);
}

#[test]
fn calendar_days() {
    for (text, first, last) in [
        ("2026", "2026-01-01", "2026-12-31"),
        ("2026-H1", "2026-01-01", "2026-06-30"),
        ("2026-H2", "2026-07-01", "2026-12-31"),
        ("2026-Q3", "2026-07-01", "2026-09-30"),
        ("2024-02", "2024-02-01", "2024-02-29"),
        ("2026-02", "2026-02-01", "2026-02-28"),
        ("2026-9M", "2026-01-01", "2026-09-30"),
    ] {
        assert_eq!((p(text).first_day(), p(text).last_day()), (d(first), d(last)), "{text}");
    }
}

/// Decree 09/2019/NĐ-CP Art. 12: 15th of the month before to the 14th of the last month.
#[test]
fn data_windows() {
    for (text, first, last) in [
        ("2026", "2025-12-15", "2026-12-14"),
        ("2026-H1", "2025-12-15", "2026-06-14"),
        ("2026-H2", "2026-06-15", "2026-12-14"),
        ("2026-Q1", "2025-12-15", "2026-03-14"),
        ("2026-Q3", "2026-06-15", "2026-09-14"),
        ("2026-01", "2025-12-15", "2026-01-14"),
        ("2026-07", "2026-06-15", "2026-07-14"),
        ("2026-9M", "2025-12-15", "2026-09-14"),
    ] {
        assert_eq!(p(text).data_window(), (d(first), d(last)), "{text}");
    }
}

/// Twelve months, four quarters and two halves each cover the year's window without gap or overlap.
#[test]
fn windows_of_the_parts_make_up_the_year() {
    for frequency in [Frequency::Month, Frequency::Quarter, Frequency::HalfYear] {
        let periods = frequency.periods_of(2026);
        for pair in periods.windows(2) {
            let next = pair[0].data_window().1.succ_opt().expect("day");
            assert_eq!(pair[1].data_window().0, next);
        }
        let (first, last) = (periods[0], periods[periods.len() - 1]);
        assert_eq!((first.data_window().0, last.data_window().1), p("2026").data_window());
    }
}

#[test]
fn neighbours() {
    for (here, next) in [
        ("2025", "2026"),
        ("2025-H1", "2025-H2"),
        ("2025-H2", "2026-H1"),
        ("2025-Q4", "2026-Q1"),
        ("2025-12", "2026-01"),
        ("2025-09", "2025-10"),
        ("2025-9M", "2026-9M"),
    ] {
        assert_eq!(p(here).next(), Some(p(next)));
        assert_eq!(p(next).previous(), Some(p(here)));
    }
    assert_eq!(p("2026-Q3").same_last_year(), Some(p("2025-Q3")));
    assert_eq!(p("1900-H1").previous(), None);
    assert_eq!(p("2199").next(), None);
}

#[test]
fn containing_a_day() {
    let on = |date, frequency| Period::containing(d(date), frequency).map(|x| x.to_string());
    let some = |text: &str| Some(text.to_owned());
    assert_eq!(on("2026-06-30", Frequency::HalfYear), some("2026-H1"));
    assert_eq!(on("2026-07-01", Frequency::HalfYear), some("2026-H2"));
    assert_eq!(on("2026-06-30", Frequency::HalfYearAndYear), some("2026-H1"));
    assert_eq!(on("2026-07-01", Frequency::HalfYearAndYear), some("2026"));
    assert_eq!(on("2026-12-31", Frequency::Quarter), some("2026-Q4"));
    assert_eq!(on("2026-11-21", Frequency::Month), some("2026-11"));
    assert_eq!(on("2026-09-30", Frequency::NineMonths), some("2026-9M"));
    assert_eq!(on("2026-10-01", Frequency::NineMonths), None);
    assert_eq!(on("2026-10-01", Frequency::OnRequest), None);
    assert_eq!(on("1899-10-01", Frequency::Year), None);
}

#[test]
fn half_year_and_year_alternates() {
    let frequency = Frequency::HalfYearAndYear;
    assert_eq!(frequency.next_after(p("2026-H1")), Some(p("2026")));
    assert_eq!(frequency.next_after(p("2026")), Some(p("2027-H1")));
    assert_eq!(frequency.next_after(p("2026-H2")), None);
    assert!(frequency.admits(p("2026")) && frequency.admits(p("2026-H1")));
    assert!(!frequency.admits(p("2026-H2")) && !frequency.admits(p("2026-Q1")));
    assert_eq!(Frequency::Year.next_after(p("2199")), None);
    assert!(Frequency::OnRequest.admits(p("2026-9M")));
    assert_eq!(serde_json::to_string(&frequency).expect("json"), "\"half_year_and_year\"");
}
