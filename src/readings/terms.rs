//! The reader's words as the words of the records that are made of them. What has no word here stays text.

use crate::{
    calendar::{DueRule, DueRuleKind, Roll},
    documents::{DocumentKind, Notation, RelationKind, Urgency},
    plans::{
        parts::model::{TaskForm, TaskRole},
        tasks::model::Cadence,
    },
    reading::model::{Deadline, Kind},
    reporting::regimes::model::ReportFrequency,
    text,
};
use chrono::{Days, Months, NaiveDate};

/// Who leads is said in so many words; everybody else does its own part (RULES 9).
pub fn role(word: &str) -> TaskRole {
    if matches!(word, "chủ trì" | "đầu mối") { TaskRole::Lead } else { TaskRole::Joint }
}

pub fn form(word: &str) -> TaskForm {
    match word {
        "đề nghị" => TaskForm::Request,
        "khuyến khích" => TaskForm::Encourage,
        "chung" => TaskForm::General,
        "qua" => TaskForm::Through,
        _ => TaskForm::Assign,
    }
}

pub fn relation(word: &str) -> RelationKind {
    let found = RelationKind::WORDS.iter().find(|w| text::fold(w.vi) == text::fold(word)).and_then(|w| RelationKind::parse(w.value));
    found.unwrap_or(RelationKind::Cites)
}

pub fn urgency(words: &str) -> Option<Urgency> {
    let low = text::fold(words);
    if low.contains("hoa toc") {
        Some(Urgency::Express)
    } else if low.contains("thuong khan") {
        Some(Urgency::VeryUrgent)
    } else {
        low.contains("khan").then_some(Urgency::Urgent)
    }
}

/// By the letters of its symbol, else by its name.
pub fn document_kind(kind: &Kind, notation: Notation) -> DocumentKind {
    let by_letters = kind.code.as_deref().and_then(|letters| DocumentKind::of_letters(letters, notation));
    let low = kind.name.to_lowercase();
    let by_name = || DocumentKind::WORDS.iter().find(|w| w.vi.to_lowercase() == low).and_then(|w| DocumentKind::parse(w.value));
    by_letters.or_else(by_name).unwrap_or(DocumentKind::Other)
}

/// `CT/TU` is written by the Party, `KH-UBND` and `2013/QĐ-TTg` by the state.
pub fn notation(symbol: &str) -> Notation {
    let party = symbol.contains('/') && !symbol.starts_with(|c: char| c.is_ascii_digit());
    if party { Notation::Party } else { Notation::State }
}

/// How often, where the words say so.
pub fn cadence(words: &str) -> Option<Cadence> {
    let low = text::fold(words);
    let says = |all: &[&str]| all.iter().any(|w| low.contains(w));
    Some(if says(&["thuong xuyen", "lien tuc"]) {
        Cadence::Continuous
    } else if says(&["hang thang", "moi thang"]) {
        Cadence::Monthly
    } else if says(&["hang quy", "moi quy", "quy, "]) {
        Cadence::Quarterly
    } else if says(&["6 thang"]) {
        if says(&["nam"]) { Cadence::HalfYearAndYear } else { Cadence::HalfYearly }
    } else if says(&["hang nam", "moi nam", "thuong nien", "cuoi nam", "mot nam", "ca nam"]) {
        Cadence::Yearly
    } else if says(&["khi ", "dot xuat", "yeu cau", "giai doan", "phat sinh", "ngay le", "nam moi"]) {
        Cadence::OnOccasion
    } else {
        return None;
    })
}

pub fn frequency(words: &str) -> Option<ReportFrequency> {
    Some(match cadence(words)? {
        Cadence::Monthly => ReportFrequency::Month,
        Cadence::Quarterly => ReportFrequency::Quarter,
        Cadence::HalfYearly => ReportFrequency::HalfYear,
        Cadence::HalfYearAndYear => ReportFrequency::HalfYearAndYear,
        Cadence::Yearly => ReportFrequency::Year,
        Cadence::OnOccasion => ReportFrequency::OnRequest,
        Cadence::Once | Cadence::Continuous => return None,
    })
}

/// What recurs with such a rule, where the text does not say it beside.
pub fn cadence_of(rule: &DueRule) -> Option<Cadence> {
    match rule.kind {
        DueRuleKind::Yearly => Some(Cadence::Yearly),
        DueRuleKind::HalfYearly => Some(Cadence::HalfYearAndYear),
        DueRuleKind::Quarterly => Some(Cadence::Quarterly),
        DueRuleKind::Monthly => Some(Cadence::Monthly),
        DueRuleKind::Fixed | DueRuleKind::MonthOf | DueRuleKind::DaysAfter | DueRuleKind::AsRegulated => None,
    }
}

/// The reader's deadline as a rule; what names no day stays words.
pub fn due(deadline: &Deadline) -> Option<DueRule> {
    let phrase: String = deadline.phrase_vi.trim().chars().take(500).collect();
    let mut rule = counted(deadline).or_else(|| (!phrase.is_empty()).then(|| DueRule::of(DueRuleKind::AsRegulated)))?;
    if !phrase.is_empty() {
        rule.phrase = Some(phrase.clone());
    }
    if rule.validate().is_empty() {
        return Some(rule);
    }
    (!phrase.is_empty()).then(|| DueRule { phrase: Some(phrase), ..DueRule::of(DueRuleKind::AsRegulated) })
}

fn counted(deadline: &Deadline) -> Option<DueRule> {
    let part = |name: &str| deadline.parts.get(name).map(String::as_str);
    let number = |name: &str| part(name).and_then(|p| p.parse::<u32>().ok());
    let before = deadline.strictly_before == Some(true);
    let of = |kind: DueRuleKind| DueRule { inclusive: !before, ..DueRule::of(kind) };
    match deadline.kind.as_str() {
        "recurring_annual" => {
            let (month, day) = month_day(part("month_day")?)?;
            Some(DueRule { month: Some(month), day: Some(day), ..of(DueRuleKind::Yearly) })
        }
        "recurring_semiannual" => {
            let (first, second) = part("month_days")?.split_once(',')?;
            let ((month, day), (second_month, second_day)) = (month_day(first)?, month_day(second)?);
            let rule = of(DueRuleKind::HalfYearly);
            Some(DueRule { month: Some(month), day: Some(day), second_month: Some(second_month), second_day: Some(second_day), ..rule })
        }
        "recurring_quarterly" => Some(DueRule { month_of_quarter: Some(3), day: u8::try_from(number("day")?).ok(), ..of(DueRuleKind::Quarterly) }),
        "recurring_monthly" => Some(DueRule { day: u8::try_from(number("day")?).ok(), ..of(DueRuleKind::Monthly) }),
        "once" => {
            let (first, last) = ["date", "month", "quarter", "year"].iter().find_map(|name| span(part(name)?))?;
            // "trước tháng 4/2020" ends before the month, "trong tháng 4/2020" with it.
            Some(DueRule { date: Some(if before { first } else { last }), ..of(DueRuleKind::Fixed) })
        }
        "range" => Some(DueRule { date: Some(span(part("to")?)?.1), ..DueRule::of(DueRuleKind::Fixed) }),
        "relative" => {
            let (days, working) = match (number("working_days"), number("days")) {
                (Some(days), _) => (days, true),
                (None, days) => (days?, false),
            };
            Some(DueRule { days: Some(days), working: Some(working), roll: Roll::Next, ..DueRule::of(DueRuleKind::DaysAfter) })
        }
        _ => None,
    }
}

fn month_day(text: &str) -> Option<(u8, u8)> {
    let (month, day) = text.trim().split_once('-')?;
    Some((month.parse().ok()?, day.parse().ok()?))
}

/// First and last day of `2020-04-30`, `2020-04`, `2020-Q2` or `2020`; a time without its year names none.
fn span(text: &str) -> Option<(NaiveDate, NaiveDate)> {
    if let Ok(day) = NaiveDate::parse_from_str(text, "%Y-%m-%d") {
        return Some((day, day));
    }
    let (year, rest) = text.split_once('-').map_or((text, None), |(year, rest)| (year, Some(rest)));
    let year: i32 = year.parse().ok().filter(|_| year.len() == 4)?;
    let (month, months) = match rest {
        None => (1, 12),
        Some(rest) => match rest.strip_prefix('Q') {
            Some(quarter) => (quarter.parse::<u32>().ok().filter(|q| (1..=4).contains(q))? * 3 - 2, 3),
            None => (rest.parse().ok()?, 1),
        },
    };
    let first = NaiveDate::from_ymd_opt(year, month, 1)?;
    Some((first, first.checked_add_months(Months::new(months))?.checked_sub_days(Days::new(1))?))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn told(kind: &str, parts: &[(&str, &str)], before: Option<bool>) -> Option<DueRule> {
        let parts = parts.iter().map(|(k, v)| ((*k).to_owned(), (*v).to_owned())).collect();
        due(&Deadline { kind: kind.into(), parts, phrase_vi: "lời văn".into(), strictly_before: before, send_to: None })
    }

    #[test]
    fn deadlines_become_rules_or_stay_words() {
        let day = |text: &str| text.parse::<NaiveDate>().ok();
        let rule = told("recurring_annual", &[("month_day", "11-20")], Some(true)).expect("a rule");
        assert_eq!((rule.kind, rule.month, rule.day, rule.inclusive), (DueRuleKind::Yearly, Some(11), Some(20), false));
        for (part, before, expected) in [
            ("2020-04", false, "2020-04-30"),
            ("2020-04", true, "2020-04-01"),
            ("2024-02", false, "2024-02-29"),
            ("2023-Q4", false, "2023-12-31"),
            ("2023-Q0", false, ""),
            ("2023", false, "2023-12-31"),
            ("06", false, ""),
        ] {
            let rule = told("once", &[("month", part)], Some(before)).expect("a rule");
            assert_eq!((rule.date, rule.inclusive), (day(expected), expected.is_empty() || !before), "{part}");
            assert_eq!(rule.kind == DueRuleKind::AsRegulated, expected.is_empty(), "{part}");
        }
        let rule = told("relative", &[("working_days", "10")], Some(false)).expect("a rule");
        assert_eq!((rule.kind, rule.days, rule.working, rule.roll), (DueRuleKind::DaysAfter, Some(10), Some(true), Roll::Next));
        let rule = told("recurring_semiannual", &[("month_days", "06-15,12-15")], Some(true)).expect("a rule");
        assert_eq!((rule.month, rule.day, rule.second_month, rule.second_day), (Some(6), Some(15), Some(12), Some(15)));
        assert_eq!(told("immediate", &[], None).map(|r| r.kind), Some(DueRuleKind::AsRegulated));
        // A number that no calendar has.
        assert_eq!(told("recurring_monthly", &[("day", "45")], None).map(|r| r.kind), Some(DueRuleKind::AsRegulated));
    }

    #[test]
    fn words_say_how_often() {
        for (words, expected) in [
            ("hằng năm", Some(Cadence::Yearly)),
            ("định kỳ hàng năm", Some(Cadence::Yearly)),
            ("6 tháng và cuối năm", Some(Cadence::HalfYearAndYear)),
            ("định kỳ 06 tháng", Some(Cadence::HalfYearly)),
            ("hằng quý, 6 tháng, năm", Some(Cadence::Quarterly)),
            ("hằng tháng", Some(Cadence::Monthly)),
            ("khi phát sinh", Some(Cadence::OnOccasion)),
            ("khi được yêu cầu và hàng năm", Some(Cadence::Yearly)),
            ("từng giai đoạn", Some(Cadence::OnOccasion)),
            ("thường xuyên, hằng năm", Some(Cadence::Continuous)),
            ("hằng ngày", None),
        ] {
            assert_eq!(cadence(words), expected, "{words}");
        }
    }
}
