use crate::{
    id::Id,
    reporting::submissions::model::{FigureSource, Prefill, PrefilledFigure},
};
use serde::Serialize;
use utoipa::ToSchema;

/// What is known before the author writes: the last period's values, and what the records here say. Nothing is made up.
#[derive(Debug, Clone, Serialize, ToSchema)]
#[schema(as = ReportPrefill)]
pub struct Known {
    pub obligation_id: Id,
    /// The period before, if there is an accepted report of the same agency for it.
    pub previous_period: Option<String>,
    pub previous_submission_id: Option<Id>,
    pub figures: Vec<PrefilledFigure>,
    pub narratives: Vec<KnownSection>,
}

/// What is known of one section.
#[derive(Debug, Clone, PartialEq, Serialize, ToSchema)]
#[schema(as = PrefilledSection)]
pub struct KnownSection {
    pub section: String,
    pub title: String,
    /// The text of the period before.
    pub previous: Option<String>,
    /// A beginning made of the agency's own records; null where the section is filled from none, or there are none. Only
    /// the author's own people are shown it.
    pub suggested: Option<String>,
    /// The records that the suggestion is made of.
    pub sources: Vec<FigureSource>,
}

impl Known {
    /// What reporting knows by itself, each section without a suggestion.
    pub fn of(prefill: Prefill) -> Self {
        let section = |n: crate::reporting::submissions::model::PrefilledNarrative| KnownSection {
            section: n.section,
            title: n.title,
            previous: n.previous,
            suggested: None,
            sources: vec![],
        };
        Self {
            obligation_id: prefill.obligation_id,
            previous_period: prefill.previous_period,
            previous_submission_id: prefill.previous_submission_id,
            figures: prefill.figures,
            narratives: prefill.narratives.into_iter().map(section).collect(),
        }
    }
}
