//! What to know about a regime that is no fault: figures due before the books close, groups that stay text, no date.

use super::super::{
    model::{CutOff, PeriodKind, Regime, RegimeWarning, StepRow, data_window, typed},
    store::Parts,
};
use crate::{calendar::Calendar, error::Result, period::Period, words::Lang};
use chrono::{Datelike, NaiveDate};

/// Whether a step is asked for in a period of this kind.
pub fn applies(applies_to: Option<&[PeriodKind]>, kind: PeriodKind) -> bool {
    applies_to.is_none_or(|kinds| kinds.contains(&kind))
}

/// The warnings, for the periods of the year of `today`.
pub fn of(regime: &Regime, parts: &Parts, today: NaiveDate, lang: Lang, calendar: &Calendar) -> Result<Vec<RegimeWarning>> {
    let own: Option<CutOff> = regime.cut_off.as_ref().map(typed).transpose()?;
    let periods = regime.frequency.counted().periods_of(today.year());
    let mut found = Vec::new();
    for row in &parts.steps {
        found.extend(early(row, &periods, own, lang, calendar)?);
        if row.due_rule.is_none() {
            found.push(RegimeWarning {
                code: "no_due_date".into(),
                step_no: row.step_no,
                message: lang
                    .pick("Văn bản không ghi hạn; bước này nằm ngoài tỷ lệ đúng hạn.", "The text gives no date; this step stays outside the on-time rate.")
                    .to_owned(),
            });
        }
        if row.receiver_id.is_none() {
            found.push(RegimeWarning {
                code: "receiver_unresolved".into(),
                step_no: row.step_no,
                message: lang
                    .pick("Chưa xác định cơ quan nhận; bước này không mở nghĩa vụ nào.", "The receiver is not resolved; this step opens nothing.")
                    .to_owned(),
            });
        }
    }
    Ok(found)
}

/// A step due before the figures' last day carries estimates (Decree 09/2019 Art. 12).
fn early(row: &StepRow, periods: &[Period], own: Option<CutOff>, lang: Lang, calendar: &Calendar) -> Result<Option<RegimeWarning>> {
    let step = row.step()?;
    let Some(rule) = step.due_rule else { return Ok(None) };
    for period in periods.iter().filter(|p| applies(step.applies_to.as_deref(), PeriodKind::of(Some(**p)))) {
        let (_, to) = data_window(own, *period);
        // A rule that does not fit the period or a year without calendar gives no date to warn about.
        if let Ok(Some(due)) = rule.last_day(Some(period), None, calendar)
            && due < to
        {
            let (vi, en) = (
                format!("Kỳ {period}: hạn {} trước ngày chốt số liệu {}; số liệu là ước tính.", due.format("%d/%m/%Y"), to.format("%d/%m/%Y")),
                format!("Period {period}: due {due}, before the cut-off {to}; figures are estimates."),
            );
            return Ok(Some(RegimeWarning { code: "estimated_figures".into(), step_no: step.step_no, message: lang.pick(&vi, &en).to_owned() }));
        }
    }
    Ok(None)
}
