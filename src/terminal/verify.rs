//! Everything that can be worked out again is worked out again, and every difference is told.

use super::archive;
use crate::{
    db::{self, Conn, Db, Json, MultiBackend, Uid},
    documents::attachments::{self, Attachment},
    error::{Error, Result},
    id::Id,
    plans,
    reporting::{consolidation, submissions},
    schema::{document_numbers as numbers, documents},
    sequencer,
};
use diesel::{prelude::*, sql_types::BigInt};
use indicatif::{ProgressBar, ProgressStyle};
use std::{collections::HashSet, fs::File, io::sink, path::Path};

/// Records looked at in one read.
const PAGE: i64 = 200;

/// One kind of thing that was looked at.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Finding {
    /// Which.
    pub what: &'static str,
    /// How many were worked out again.
    pub checked: u64,
    /// What is not as it should be, each in one line.
    pub differences: Vec<String>,
}

impl Finding {
    fn of(what: &'static str) -> Self {
        Self { what, checked: 0, differences: vec![] }
    }
}

/// Looks at everything; the order is that of the output.
pub fn verify(db: &Db, data: &Path) -> Result<Vec<Finding>> {
    let steps: [(&'static str, &dyn Fn() -> Result<Finding>); 8] = [
        ("database", &|| db.read_now(database)),
        ("journal", &|| journal(db)),
        ("report submissions", &|| report_submissions(db)),
        ("consolidated reports", &|| consolidated_reports(db)),
        ("attachments", &|| attached_files(db, data)),
        ("stored files", &|| stored_files(data)),
        ("document numbers", &|| db.read_now(document_numbers)),
        ("access", &|| db.read_now(access)),
    ];
    let style = ProgressStyle::with_template("{msg} {wide_bar} {pos}/{len}").unwrap_or_else(|_| ProgressStyle::default_bar());
    let bar = ProgressBar::new(steps.len() as u64).with_style(style);
    let mut all = Vec::new();
    for (what, step) in steps {
        bar.set_message(what);
        all.push(step()?);
        bar.inc(1);
    }
    bar.finish_and_clear();
    Ok(all)
}

/// The database's own check of its pages.
fn database(conn: &mut Conn) -> Result<Finding> {
    let mut finding = Finding { checked: 1, ..Finding::of("database") };
    if !db::is_sound(conn)? {
        finding.differences.push("the database file is damaged (integrity_check)".to_owned());
    }
    Ok(finding)
}

/// The chain of hashes, from the first entry to the head.
fn journal(db: &Db) -> Result<Finding> {
    let mut finding = Finding::of("journal");
    let Some((head, _)) = db.read_now(sequencer::head)? else { return Ok(finding) };
    let mut from = 1;
    while from <= head {
        let to = head.min(from + 10_000 - 1);
        let verdict = db.read_now(|conn| sequencer::verify(conn, from, to))?;
        finding.checked += u64::try_from(verdict.checked).map_err(Error::internal)?;
        if let Some(place) = verdict.broken_at {
            finding.differences.push(format!("the chain breaks at entry {place}: changed, missing or sealed to another"));
            break;
        }
        from = to + 1;
    }
    Ok(finding)
}

/// Hashes of what was handed in, and of the record as it is now.
fn report_submissions(db: &Db) -> Result<Finding> {
    let mut finding = Finding::of("report submissions");
    let mut last: Option<Id> = None;
    loop {
        let page = db.read_now(|conn| submissions::proofs_after(conn, last, PAGE))?;
        let Some(end) = page.last() else { return Ok(finding) };
        last = Some(end.submission_id);
        finding.checked += page.len() as u64;
        for proof in page.iter().filter(|p| !p.matches) {
            let why = match (proof.sha256 == proof.snapshot_sha256, proof.sha256 == proof.record_sha256) {
                (false, _) => "its snapshot is not what was hashed",
                (_, false) => "the record is not what was handed in",
                _ => "an attachment is not the one that was handed in",
            };
            finding.differences.push(format!("{}: {why}", proof.submission_id));
        }
    }
}

/// Hashes, lineage and sums of consolidated reports.
fn consolidated_reports(db: &Db) -> Result<Finding> {
    let mut finding = Finding::of("consolidated reports");
    let mut last: Option<Id> = None;
    loop {
        let page = db.read_now(|conn| consolidation::proofs_after(conn, last, PAGE))?;
        let Some((end, _)) = page.last() else { return Ok(finding) };
        last = Some(*end);
        finding.checked += page.len() as u64;
        for (id, proof) in &page {
            finding.differences.extend(proof.differences.iter().map(|d| format!("{id}: {} {} differs", d.what, d.place)));
        }
    }
}

/// Every attachment has its file, with the bytes that were hashed when it came.
fn attached_files(db: &Db, data: &Path) -> Result<Finding> {
    let mut finding = Finding::of("attachments");
    let mut last: Option<Id> = None;
    let mut right = HashSet::new();
    loop {
        let page: Vec<Attachment> = db.read_now(|conn| attachments::after(conn, last, PAGE))?;
        let Some(end) = page.last() else { return Ok(finding) };
        last = Some(end.id);
        for one in &page {
            finding.checked += 1;
            // Documents may share a file; it is read once.
            if right.contains(&one.sha256) {
                continue;
            }
            let path = attachments::place(data, &one.sha256);
            match File::open(&path) {
                Err(e) if e.kind() == std::io::ErrorKind::NotFound => finding.differences.push(format!("{}: its file {} is missing", one.id, one.sha256)),
                Err(e) => return Err(Error::internal(format!("{}: {e}", path.display()))),
                Ok(mut file) => {
                    let (size, sha256) = archive::hashed(&mut file, &mut sink()).map_err(|e| Error::internal(format!("{}: {e}", path.display())))?;
                    if sha256 != one.sha256 || i64::try_from(size).map_err(Error::internal)? != one.size {
                        finding.differences.push(format!("{}: its file {} is not what came in", one.id, one.sha256));
                    } else {
                        right.insert(one.sha256.clone());
                    }
                }
            }
        }
    }
}

/// Files that no attachment names any more are as they came, too.
fn stored_files(data: &Path) -> Result<Finding> {
    let mut finding = Finding::of("stored files");
    for name in archive::stored_files(data)? {
        finding.checked += 1;
        let path = attachments::place(data, &name);
        let mut file = File::open(&path).map_err(|e| Error::internal(format!("{}: {e}", path.display())))?;
        let (_, sha256) = archive::hashed(&mut file, &mut sink()).map_err(|e| Error::internal(format!("{}: {e}", path.display())))?;
        if sha256 != name {
            finding.differences.push(format!("{name}: the content is not what the name says"));
        }
    }
    Ok(finding)
}

type NumberLine = (Id, String, i32, i32, Option<Id>);
type NumberedRow = (Id, Option<Id>, Option<String>, Json, Option<Id>);

/// Numbers that the service gave follow each other without a gap, and every numbered document stands in the register.
/// Below the number of a text that existed before there may be a gap: what came before it is not known here.
fn document_numbers(conn: &mut Conn) -> Result<Finding> {
    let mut finding = Finding::of("document numbers");
    let all: Vec<NumberLine> = numbers::table
        .order((numbers::organization_id, numbers::series, numbers::period, numbers::number))
        .select((numbers::organization_id, numbers::series, numbers::period, numbers::number, numbers::document_id))
        .load(conn)?;
    let rows: Vec<NumberedRow> = documents::table
        .filter(documents::number.is_not_null())
        .select((documents::id, documents::issuer_id, documents::number, documents::details, documents::receiver_id))
        .into_boxed::<MultiBackend>()
        .load(conn)?;
    let given: HashSet<Id> = rows
        .iter()
        .filter(|(_, issuer, _, details, receiver)| issuer.is_some() && receiver.is_none() && details.0.get("dispatched_at").is_some_and(|d| !d.is_null()))
        .map(|(id, ..)| *id)
        .collect();
    let mut before: Option<&NumberLine> = None;
    for line in &all {
        finding.checked += 1;
        let (organization, series, period, number, document) = line;
        let follows = before.filter(|b| (&b.0, &b.1, b.2) == (organization, series, *period)).map_or(0, |b| b.3);
        let is_ours = document.is_none_or(|d| given.contains(&d));
        if *number != follows + 1 && is_ours {
            finding.differences.push(format!("{organization}, {series} {period}: {number} follows {follows}"));
        }
        before = Some(line);
    }
    let entered: HashSet<Id> = all.iter().filter_map(|(.., document)| *document).collect();
    for id in given.iter().filter(|id| !entered.contains(id)) {
        finding.differences.push(format!("document {id} has a number that the register lacks"));
    }
    Ok(finding)
}

/// Kinds of records, where they are kept, and the column that names their owner.
const OWNED: &[(&str, &str, &str)] = &[
    ("plan", "plans", "owner_id"),
    ("report_submission", "report_submissions", "author_id"),
    ("reporting_obligation", "reporting_obligations", "sender_id"),
    ("consolidated_report", "consolidated_reports", "consolidator_id"),
    ("recommendation", "recommendations", "raiser_id"),
    ("arrival", "arrivals", "receiver_id"),
    ("reading", "readings", "owner_id"),
];
/// Kinds whose owner is named elsewhere.
const KEPT: &[(&str, &str)] = &[
    ("task", "tasks"),
    ("document", "documents"),
    ("delivery", "deliveries"),
    ("reporting_regime", "reporting_regimes"),
    ("reporting_period", "reporting_periods"),
    ("urging", "urgings"),
];

#[derive(QueryableByName)]
struct Stray {
    #[diesel(sql_type = Uid)]
    record_id: Id,
}
#[derive(QueryableByName)]
struct Count {
    #[diesel(sql_type = BigInt)]
    count: i64,
}

/// No right without its record, no record without its owner's right, and tasks' rights as their parts say.
fn access(conn: &mut Conn) -> Result<Finding> {
    let mut finding = Finding::of("access");
    let all: Count = diesel::sql_query("SELECT count(*) AS count FROM access").get_result(conn)?;
    finding.checked = u64::try_from(all.count).map_err(Error::internal)?;
    for (kind, table) in OWNED.iter().map(|(kind, table, _)| (kind, table)).chain(KEPT.iter().map(|(kind, table)| (kind, table))) {
        let orphans: Vec<Stray> = diesel::sql_query(format!(
            "SELECT DISTINCT a.record_id FROM access a WHERE a.kind = '{kind}' AND NOT EXISTS (SELECT 1 FROM {table} r WHERE r.id = a.record_id) ORDER BY a.record_id LIMIT 1000"
        ))
        .load(conn)?;
        finding.differences.extend(orphans.iter().map(|s| format!("{kind} {}: a right without its record", s.record_id)));
    }
    for (kind, table, owner) in OWNED {
        // The owner's bit is the lowest.
        let bare: Vec<Stray> = diesel::sql_query(format!(
            "SELECT r.id AS record_id FROM {table} r WHERE r.{owner} IS NOT NULL AND NOT EXISTS (SELECT 1 FROM access a WHERE a.kind = '{kind}' AND a.record_id = r.id AND a.organization_id = r.{owner} AND a.relations % 2 = 1) ORDER BY r.id LIMIT 1000"
        ))
        .load(conn)?;
        finding.differences.extend(bare.iter().map(|s| format!("{kind} {}: its owner has no right to it", s.record_id)));
    }
    finding.differences.extend(plans::verify_access(conn)?.into_iter().map(|d| {
        let whose = d.organization.map(|o| format!(" of {o}")).unwrap_or_default();
        format!("{} {}{whose}: {} is {:?}, not {:?}", d.kind, d.record, d.what, d.stored, d.expected)
    }));
    Ok(finding)
}
