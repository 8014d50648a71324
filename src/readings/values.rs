//! What a proposal may say: one member for each kind of value, all parts optional, so that a merge patch has one shape.

use super::kinds::ReadingProposalKind as Kind;
use crate::{
    calendar::DueRule,
    documents::{DocumentKind, Purpose, RelationKind, Urgency},
    error::{Fault, Result},
    id::Id,
    plans::{
        parts::model::{TaskForm, TaskRole},
        tasks::model::Cadence,
    },
    reporting::regimes::model::ReportFrequency,
};
use chrono::NaiveDate;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

/// The value of a proposal: the one member that its kind has.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields, default)]
pub struct ReadingValue {
    /// Of `parent`, `number`, `symbol`, `place`, `summary`, `signer`, `signer_position`, `authority_line`, `embedded_in`.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(max_length = 20000, example = "KH-UBND")]
    pub text: Option<String>,
    /// Of `date`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub date: Option<ReadDate>,
    /// Of `document_kind`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub document_kind: Option<DocumentKind>,
    /// Of `urgency`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub urgency: Option<Urgency>,
    /// Of `issuer`, `agency`, `consolidator`, `appraiser`, `final_recipient`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub agency: Option<ReadAgency>,
    /// Of `addressee` and `recipient`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub recipient: Option<ReadRecipient>,
    /// Of `arrival_stamp`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub arrival: Option<ReadArrival>,
    /// Of `legal_basis`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub citation: Option<ReadCitation>,
    /// Of `duty`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub duty: Option<ReadDuty>,
    /// Of `general_task`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub general: Option<ReadGeneral>,
    /// Of `reporting_cadence`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub cadence: Option<ReadCadence>,
    /// Of `reporting_line`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub line: Option<ReadLine>,
    /// Of `issue_channel`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub channel: Option<ReadChannel>,
}

/// A date of which parts may be missing.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields, default)]
pub struct ReadDate {
    #[schema(minimum = 1900, maximum = 2200)]
    pub year: Option<i32>,
    #[schema(minimum = 1, maximum = 12)]
    pub month: Option<u32>,
    #[schema(minimum = 1, maximum = 31)]
    pub day: Option<u32>,
}

impl ReadDate {
    /// The whole date, where no part is missing.
    pub fn whole(&self) -> Option<NaiveDate> {
        NaiveDate::from_ymd_opt(self.year?, self.month?, self.day?)
    }
}

/// An agency as the text names it, and what it is in the province.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields, default)]
pub struct ReadAgency {
    #[schema(max_length = 500, example = "Sở Ngoại vụ")]
    pub name: Option<String>,
    /// The organisation that it is; or else `group_id`, or else the words alone.
    pub organization_id: Option<Id>,
    pub group_id: Option<Id>,
    /// It has a name of its own that the province does not know: the proposal of kind `agency` says who it is.
    pub is_new: Option<bool>,
}

/// A line of recipients.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields, default)]
pub struct ReadRecipient {
    #[schema(max_length = 500, example = "Các sở, ban, ngành")]
    pub text: Option<String>,
    pub organization_id: Option<Id>,
    pub group_id: Option<Id>,
    pub purpose: Option<Purpose>,
    /// Whether the text says the purpose.
    pub purpose_in_text: Option<bool>,
    #[schema(max_items = 20)]
    pub archive_units: Option<Vec<String>>,
}

/// The stamp of the agency that the document arrived at.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields, default)]
pub struct ReadArrival {
    #[schema(max_length = 500)]
    pub organization: Option<String>,
    /// Số đến as it is stamped.
    #[schema(max_length = 40, example = "6488")]
    pub number: Option<String>,
    pub arrived_on: Option<NaiveDate>,
    #[schema(max_length = 500)]
    pub forwarded_to: Option<String>,
}

/// A document that the text names.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields, default)]
pub struct ReadCitation {
    pub relation: Option<RelationKind>,
    /// As it should be written.
    #[schema(max_length = 100, example = "38-CT/TW")]
    pub number: Option<String>,
    /// As it stands in the text, where that differs.
    #[schema(max_length = 100)]
    pub number_in_text: Option<String>,
    #[schema(max_length = 200, example = "Chỉ thị")]
    pub kind_vi: Option<String>,
    /// Name of a law that is named without its number.
    #[schema(max_length = 500)]
    pub name: Option<String>,
    #[schema(max_length = 300, example = "Ban Bí thư")]
    pub issuer: Option<String>,
    pub date: Option<NaiveDate>,
    /// The words of the text.
    #[schema(max_length = 1000)]
    pub raw: Option<String>,
}

/// A duty: one place in the text, one role.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields, default)]
pub struct ReadDuty {
    #[schema(max_length = 100, example = "III.2.a")]
    pub place: Option<String>,
    /// Another way to name the same place.
    #[schema(max_length = 100)]
    pub place_alt: Option<String>,
    #[schema(max_length = 4000, example = "Chủ trì tham mưu UBND tỉnh chương trình hằng năm")]
    pub content: Option<String>,
    #[schema(max_items = 200)]
    pub agencies: Option<Vec<ReadAgency>>,
    /// What these agencies are to it; a lead only where the text says so (RULES 9).
    pub role: Option<TaskRole>,
    /// The word of the text that says the role.
    #[schema(max_length = 200, example = "chủ trì")]
    pub role_word: Option<String>,
    pub form: Option<TaskForm>,
    /// With form `through`: the body through which it is given.
    pub through: Option<ReadAgency>,
    /// With whom they work; these owe no part of their own (RULES 9).
    #[schema(max_items = 100)]
    pub partners: Option<Vec<ReadAgency>>,
    #[schema(max_length = 1000)]
    pub product: Option<String>,
    pub approver: Option<ReadAgency>,
    pub cadence: Option<Cadence>,
    #[schema(max_length = 200, example = "hằng năm")]
    pub cadence_words: Option<String>,
    /// By when; replaced as a whole.
    pub due_rule: Option<DueRule>,
    /// Who receives the report or product.
    pub receiver: Option<ReadAgency>,
}

/// A task for which the text names no agency.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields, default)]
pub struct ReadGeneral {
    #[schema(max_length = 100)]
    pub place: Option<String>,
    #[schema(max_length = 4000)]
    pub content: Option<String>,
}

/// How often is reported.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields, default)]
pub struct ReadCadence {
    pub frequency: Option<ReportFrequency>,
    #[schema(max_length = 200, example = "6 tháng và cuối năm")]
    pub words: Option<String>,
}

/// Who reports to whom, and by when.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields, default)]
pub struct ReadLine {
    #[schema(max_items = 100)]
    pub from: Option<Vec<ReadAgency>>,
    pub to: Option<ReadAgency>,
    /// By when; replaced as a whole.
    pub due_rule: Option<DueRule>,
    #[schema(max_length = 100)]
    pub place: Option<String>,
    #[schema(max_length = 2000)]
    pub note: Option<String>,
}

/// The line of obstacles.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields, default)]
pub struct ReadChannel {
    #[schema(max_items = 100)]
    pub from: Option<Vec<ReadAgency>>,
    pub via: Option<ReadAgency>,
    pub to: Option<ReadAgency>,
}

/// The member that a kind's value has.
pub fn member(kind: Kind) -> &'static str {
    match kind {
        Kind::Issuer | Kind::Agency | Kind::Consolidator | Kind::Appraiser | Kind::FinalRecipient => "agency",
        Kind::Date => "date",
        Kind::DocumentKind => "document_kind",
        Kind::Urgency => "urgency",
        Kind::Addressee | Kind::Recipient => "recipient",
        Kind::ArrivalStamp => "arrival",
        Kind::LegalBasis => "citation",
        Kind::Duty => "duty",
        Kind::GeneralTask => "general",
        Kind::ReportingCadence => "cadence",
        Kind::ReportingLine => "line",
        Kind::IssueChannel => "channel",
        Kind::Parent
        | Kind::Number
        | Kind::Symbol
        | Kind::Place
        | Kind::Summary
        | Kind::Signer
        | Kind::SignerPosition
        | Kind::AuthorityLine
        | Kind::EmbeddedIn => "text",
    }
}

impl ReadingValue {
    /// The value that a column keeps.
    pub fn of(json: &serde_json::Value) -> Result<Self> {
        Ok(Self::deserialize(json)?)
    }

    /// Every agency that it names.
    pub fn agencies(&self) -> Vec<&ReadAgency> {
        let mut all: Vec<&ReadAgency> = self.agency.iter().collect();
        if let Some(d) = &self.duty {
            all.extend(d.agencies.iter().flatten().chain(&d.through).chain(d.partners.iter().flatten()).chain(&d.approver).chain(&d.receiver));
        }
        if let Some(l) = &self.line {
            all.extend(l.from.iter().flatten().chain(&l.to));
        }
        if let Some(c) = &self.channel {
            all.extend(c.from.iter().flatten().chain(&c.via).chain(&c.to));
        }
        all
    }

    /// Ids of the organisations and of the groups that it names.
    pub fn ids(&self) -> (Vec<Id>, Vec<Id>) {
        let agencies = self.agencies();
        let lines = self.recipient.iter();
        (
            agencies.iter().filter_map(|a| a.organization_id).chain(lines.clone().filter_map(|r| r.organization_id)).collect(),
            agencies.iter().filter_map(|a| a.group_id).chain(lines.filter_map(|r| r.group_id)).collect(),
        )
    }

    /// What is wrong with it as a value of this kind; pointers begin at the value.
    pub fn faults(&self, kind: Kind, json: &serde_json::Value) -> Vec<Fault> {
        let own = member(kind);
        let mut faults = Vec::new();
        for name in json.as_object().into_iter().flat_map(|members| members.keys()).filter(|name| *name != own) {
            let (vi, en) = (format!("Loại đề xuất này chỉ có trường '{own}'."), format!("A proposal of this kind has the member '{own}' alone."));
            faults.push(Fault::at(format!("/value/{name}"), "not_applicable", vi, en));
        }
        let mut needs = |at: &str, there: bool| {
            if !there {
                faults.push(Fault::at(format!("/value/{at}"), "required", "Trường này phải có nội dung.", "This member needs content."));
            }
        };
        let said = |text: &Option<String>| text.as_deref().is_some_and(|t| !t.trim().is_empty());
        needs(own, json.get(own).is_some_and(|v| !v.is_null()));
        if own == "text" {
            needs("text", said(&self.text));
        }
        if let Some(d) = &self.duty {
            needs("duty/content", said(&d.content));
            needs("duty/role", d.role.is_some());
            needs("duty/form", d.form.is_some());
        }
        if let Some(c) = &self.citation {
            needs("citation/number", said(&c.number) || said(&c.name) || said(&c.raw));
        }
        if let Some(g) = &self.general {
            needs("general/content", said(&g.content));
        }
        if let Some(l) = &self.line {
            needs("line/from", l.from.as_ref().is_some_and(|from| !from.is_empty()));
            needs("line/to", l.to.is_some());
        }
        if let Some(date) = &self.date {
            needs("date/year", date.year.is_some());
            let parts = [date.year.is_some(), date.month.is_some(), date.day.is_some()];
            if (parts == [true, true, true] && date.whole().is_none()) || (date.day.is_some() && date.month.is_none()) {
                faults.push(Fault::at("/value/date", "not_a_date", "Không có ngày này.", "There is no such day."));
            }
        }
        for agency in self.agencies().into_iter().filter(|a| a.organization_id.is_some() && a.group_id.is_some()) {
            let name = agency.name.clone().unwrap_or_default();
            let (vi, en) = (format!("'{name}': nêu cơ quan hoặc nhóm, không cả hai."), format!("'{name}': an organisation or a group, not both."));
            faults.push(Fault::at(format!("/value/{own}"), "one_of", vi, en));
        }
        let rules = self.duty.iter().filter_map(|d| d.due_rule.as_ref()).chain(self.line.iter().filter_map(|l| l.due_rule.as_ref()));
        for (place, code) in rules.flat_map(DueRule::validate) {
            let at = format!("/value/{own}/due_rule{place}");
            faults.push(Fault::at(at, code, "Quy tắc hạn chưa đúng ở trường này.", "The due rule is not right at this member."));
        }
        faults
    }
}
