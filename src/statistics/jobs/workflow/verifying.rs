//! Makes a run again from the records, as of its snapshot, and compares every byte. Nothing is taken from the file.

use super::{
    making::{self, Wanted},
    pin, repeatable, run_change, run_view, seen_run,
};
use crate::{
    ask::Ask,
    calendars,
    db::Conn,
    error::{Error, Result},
    journal,
    statistics::{
        jobs::{
            files,
            model::{ReportJobAction as Act, RunVerification, typed},
        },
        rewind,
    },
};
use std::path::Path;

/// 409 where the records have changed since and the report cannot be taken back.
fn changed() -> Error {
    Error::conflict(
        "not_repeatable",
        "Hồ sơ gốc đã thay đổi sau thời điểm chốt, và báo cáo loại này không tính lùi được; tệp đã lưu cùng mã SHA-256 vẫn là bản đối chiếu.",
        "The records have changed since the snapshot, and a report of this kind cannot be taken back; the stored file with its SHA-256 remains the reference.",
    )
}

/// Makes it again; where it is the same and the file is gone, the file is put back.
pub fn verify(conn: &mut Conn, ask: &Ask, id: crate::id::Id, data: &Path) -> Result<RunVerification> {
    let (run, standing) = seen_run(conn, ask, id, Act::Verify)?;
    ask.proceed(conn, None)?;
    let pin = pin(&run)?;
    let (Some(sha256), Some(snapshot)) = (run.sha256.clone(), run.snapshot.clone()) else {
        return Err(Error::internal("a run that succeeded has no file"));
    };
    // Whose figures they are is pinned, also where that organisation has ended since; names and places in them are as of the
    // snapshot.
    let owner = making::owner_then(conn, run.owner_id, &pin.cut)?.ok_or_else(changed)?;
    let may_differ = !repeatable(run.report, run.format) && rewind::changed_since(conn, &owner.provinces, &making::kinds(run.report), pin.cut.seq)?;
    let calendar = calendars::of_version(conn, &pin.calendar_version)?;
    let then = Ask { actor: owner, ..Ask::internal(ask.actor.clone(), pin.cut.moment) };
    let wanted = Wanted { report: run.report, filter: &typed(&run.filter)?, format: run.format };
    let bytes = making::bytes(conn, &then, &wanted, &pin, &calendar.calendar, data)?;
    let recomputed = files::sha256(&bytes);
    let identical = recomputed == sha256;
    // What has changed may be beside the point; where it is not, it cannot be taken back.
    if !identical && may_differ {
        return Err(changed());
    }
    let gone = identical && !files::place(data, &sha256).try_exists().map_err(Error::internal)?;
    let restored = gone && !ask.conditions.validate_only && files::keep(data, &sha256, &bytes)?;
    let shown = run_view(ask, &run, standing)?;
    journal::record(conn, ask, run_change(&run, Act::Verify.word(), None), Some(&shown), Some(&shown))?;
    Ok(RunVerification { run_id: run.id, snapshot, sha256, recomputed_sha256: recomputed, identical, restored })
}
