//! The reporting regime of a reading: the lines of the text as the steps of a chain.

use super::{
    super::{kinds::ReadingProposalKind as Kind, terms, values::ReadLine},
    Answers, Held, Made, Part, Settled, clip,
    paper::Paper,
};
use crate::{
    ask::Ask,
    authz::{self, RoleGroup, Standing},
    db::Conn,
    error::{Error, Fault, Result, all_well, under},
    id::Id,
    organizations::groups::Resolution,
    plans::tasks::model::Cadence,
    reporting::regimes::{
        self,
        model::{NewRegime, RegimeAction, ReportFrequency, ReportOf, Sender, Step},
        policy::RULES,
    },
};

/// What a regime is made of.
const CHAIN: [Kind; 6] = [Kind::ReportingCadence, Kind::Consolidator, Kind::Appraiser, Kind::FinalRecipient, Kind::EmbeddedIn, Kind::ReportingLine];

/// A line with its agencies settled.
struct Link<'a> {
    line: &'a ReadLine,
    from: Vec<Settled>,
    to: Settled,
}

impl Link<'_> {
    fn is_sent_by(&self, receiver: Option<Id>) -> bool {
        receiver.is_some() && self.from.iter().any(|s| s.organization == receiver)
    }
    fn senders(&self) -> Vec<Option<Id>> {
        self.from.iter().map(|s| s.organization).collect()
    }
}

/// Makes the regime, where the text has reporting lines that hold.
pub fn make(conn: &mut Conn, ask: &Ask, part: &Part<'_>, answers: &Answers, paper: &Paper, plan: Option<Id>, made: &mut Made) -> Result<()> {
    let lines: Vec<&Held> = part.all(Kind::ReportingLine).collect();
    let Some(first) = lines.first() else { return Ok(()) };
    if !authz::may(RULES, &ask.actor, RegimeAction::Create, Standing::NEW) {
        let (vi, en) =
            ("Chế độ báo cáo do UBND hoặc cơ quan đầu mối lập; hãy bác đề xuất này.", "Regimes are drawn up by UBND or the focal point; reject this proposal.");
        return all_well(lines.iter().map(|h| Fault::at(h.pointer.clone(), "not_allowed", vi, en)).collect());
    }
    let mut faults = Vec::new();
    let mut links = Vec::new();
    for held in &lines {
        let Some(line) = &held.value.line else { continue };
        let from = line.from.iter().flatten().map(|a| answers.settle(a, held, &mut faults)).collect();
        let to = line.to.as_ref().map(|a| answers.settle(a, held, &mut faults)).unwrap_or_default();
        links.push(Link { line, from, to });
    }
    let mut body = |kind: Kind| part.one(kind).and_then(|h| Some(answers.settle(h.value.agency.as_ref()?, h, &mut faults))).and_then(|s| s.organization);
    let (consolidator, appraiser, last) = (body(Kind::Consolidator), body(Kind::Appraiser), body(Kind::FinalRecipient));
    all_well(faults)?;
    let focal = consolidator.unwrap_or(part.reading.owner_id);
    if focal != part.reading.owner_id && !ask.actor.is(RoleGroup::Ubnd) {
        let at = part.one(Kind::Consolidator).map_or_else(|| first.pointer.clone(), |h| h.pointer.clone());
        let (vi, en) = ("Chỉ UBND lập chế độ cho cơ quan đầu mối khác.", "Only UBND draws up a regime for another focal point.");
        return Err(Error::fault(at, "not_own", vi, en));
    }
    let cadence = part.one(Kind::ReportingCadence).and_then(|h| h.value.cadence.clone()).unwrap_or_default();
    let of_rules = || links.iter().filter_map(|l| l.line.due_rule.as_ref()).find_map(terms::cadence_of).map(counted);
    let frequency = cadence.frequency.or_else(of_rules).unwrap_or(ReportFrequency::OnRequest);
    let words = cadence.words.clone().unwrap_or_default();
    let mut places: Vec<&str> = links.iter().filter_map(|l| l.line.place.as_deref()).collect();
    places.dedup();
    let new = NewRegime {
        name: clip(format!("Báo cáo {words} kết quả thực hiện {}", paper.name).replace("  ", " ").as_str(), 500),
        name_en: None,
        plan_id: plan,
        legal_basis: None,
        legal_clause: Some(clip(&places.join("; "), 200)).filter(|clause| !clause.is_empty()),
        focal_point_id: Some(focal),
        frequency,
        cadence_words: cadence.words,
        embedded_in: part.text(Kind::EmbeddedIn).map(|t| clip(t, 500)),
        final_recipient_id: last,
        copy_to: vec![],
        cut_off: None,
        reminders: None,
        open_days_before: None,
        tracked_from: None,
        steps: steps(links, consolidator, appraiser, last),
        sections: vec![],
        indicators: vec![],
        checks: vec![],
    };
    let regime = under(regimes::add(conn, ask, part.reading.province_id, new, None), &first.pointer)?;
    made.note(&part.of(&CHAIN), regimes::model::KIND, "reporting-regimes", regime.id);
    Ok(())
}

fn counted(cadence: Cadence) -> ReportFrequency {
    match cadence {
        Cadence::Monthly => ReportFrequency::Month,
        Cadence::Quarterly => ReportFrequency::Quarter,
        Cadence::HalfYearly => ReportFrequency::HalfYear,
        Cadence::HalfYearAndYear => ReportFrequency::HalfYearAndYear,
        Cadence::Yearly => ReportFrequency::Year,
        Cadence::Once | Cadence::Continuous | Cadence::OnOccasion => ReportFrequency::OnRequest,
    }
}

/// The lines in the order in which reports go: who sends on what it has received comes after those who send to it.
fn steps(mut links: Vec<Link<'_>>, consolidator: Option<Id>, appraiser: Option<Id>, last: Option<Id>) -> Vec<Step> {
    let mut ordered: Vec<Link<'_>> = Vec::new();
    while !links.is_empty() {
        let waits = |l: &Link<'_>| links.iter().any(|other| !std::ptr::eq(l, other) && l.is_sent_by(other.to.organization) && l.to != other.to);
        // In a circle whatever stands first in the text goes first.
        let next = links.iter().position(|l| !waits(l)).unwrap_or(0);
        ordered.push(links.remove(next));
    }
    let many = ordered.len() > 1;
    let mut steps: Vec<Step> = Vec::new();
    for (at, link) in ordered.iter().enumerate() {
        let earlier = &ordered[..at];
        let consolidates = link.is_sent_by(consolidator) || earlier.iter().any(|e| link.is_sent_by(e.to.organization));
        let same = earlier.iter().position(|e| consolidates && e.senders() == link.senders() && e.to != link.to);
        let goes_on = ordered.iter().any(|other| other.is_sent_by(link.to.organization));
        let in_chain = consolidates || goes_on || (link.to.organization.is_some() && (link.to.organization == consolidator || link.to.organization == last));
        steps.push(Step {
            step_no: i32::try_from(at + 1).unwrap_or(i32::MAX),
            senders: link.from.iter().map(sender).collect(),
            receiver_id: link.to.organization,
            receiver_words: link.to.words.as_deref().map(|w| clip(w, 500)),
            consolidates,
            appraiser_id: None,
            due_rule: link.line.due_rule.clone(),
            embedded_in: None,
            report_of: ReportOf::Consolidator,
            resolution: Resolution::Text,
            applies_to: None,
            parallel: many && !in_chain,
            same_report_as: same.and_then(|at| i32::try_from(at + 1).ok()),
            note: link.line.note.clone(),
            remark: None,
        });
    }
    // Who appraises is the receiver of the report on its way, or else looks at the first that is put together.
    let appraised = steps.iter().position(|s| s.consolidates && s.receiver_id == appraiser).or_else(|| steps.iter().position(|s| s.consolidates));
    if let Some(step) = appraised.and_then(|at| steps.get_mut(at)) {
        step.appraiser_id = appraiser;
    }
    steps
}

fn sender(settled: &Settled) -> Sender {
    Sender {
        organization_id: settled.organization,
        group_id: settled.group,
        words: settled.words.as_deref().map(|w| clip(w, 500)),
        resolution: Resolution::Text,
        exclude: vec![],
    }
}
