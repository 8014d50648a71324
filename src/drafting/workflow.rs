use super::{
    model::{Known, KnownSection},
    writing::{self, Written},
};
use crate::{
    ask::Ask,
    db::Conn,
    documents,
    error::Result,
    id::Id,
    plans, recommendations,
    reporting::{
        regimes::FillSource,
        submissions::{self, Ground, MOST_SOURCES},
    },
};

/// What is known for an obligation, to a caller who drafts for it.
pub fn show(conn: &mut Conn, ask: &Ask, id: Id) -> Result<Known> {
    let (ground, prefill) = submissions::known(conn, ask, id)?;
    let mut known = Known::of(prefill);
    // The receiver that enters a paper report for an agency does not see into that agency's records.
    if ask.actor.organization != Some(ground.sender) {
        return Ok(known);
    }
    let wanted = |source: FillSource| ground.sections.iter().any(|s| s.filled_from.contains(&source));
    let tasks = if wanted(FillSource::Tasks) { tasks(conn, &ground)? } else { Written::default() };
    let papers = if wanted(FillSource::Documents) { papers(conn, &ground)? } else { Written::default() };
    let raised = match wanted(FillSource::Obstacles) || wanted(FillSource::Proposals) {
        true => recommendations::raised_by(conn, ground.sender, ground.from, ground.to, MOST_SOURCES)?,
        false => vec![],
    };
    for section in &mut known.narratives {
        let from = ground.sections.iter().find(|s| s.key == section.section).map(|s| s.filled_from.clone()).unwrap_or_default();
        for source in from {
            let written = match source {
                FillSource::Tasks => tasks.clone(),
                FillSource::Documents => papers.clone(),
                FillSource::Obstacles => writing::raised(raised.iter().filter(|r| r.kind != recommendations::RecommendationKind::Proposal)),
                FillSource::Proposals => writing::raised(raised.iter().filter(|r| r.kind == recommendations::RecommendationKind::Proposal)),
            };
            add(section, written);
        }
    }
    Ok(known)
}

fn tasks(conn: &mut Conn, ground: &Ground) -> Result<Written> {
    let progress = plans::progress_of(conn, ground.plan, ground.province, Some(&[ground.sender]), ground.from, ground.to)?;
    let work = plans::work_of(conn, ground.plan, ground.province, ground.sender, ground.from, ground.to, MOST_SOURCES)?;
    Ok(writing::tasks(progress.first(), &work, ground.to))
}

fn papers(conn: &mut Conn, ground: &Ground) -> Result<Written> {
    let received = documents::received_by(conn, ground.sender, ground.from, ground.to, MOST_SOURCES)?;
    Ok(writing::papers(&received))
}

fn add(section: &mut KnownSection, written: Written) {
    if written.text.is_empty() {
        return;
    }
    section.suggested = Some(match section.suggested.take() {
        Some(before) => format!("{before}\n{}", written.text),
        None => written.text,
    });
    section.sources.extend(written.sources);
}
