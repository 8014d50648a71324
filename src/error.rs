//! The one error type of the house, and the problem document (RFC 9457) that every refusal becomes.

use crate::words::Lang;
use diesel::result::{DatabaseErrorKind, Error as Sql};
use serde::Serialize;
use utoipa::ToSchema;

/// What every fallible function of the house answers.
pub type Result<T, E = Error> = std::result::Result<T, E>;

/// Why a request was not carried out.
#[derive(Debug)]
pub enum Error {
    /// The caller's doing; says what is wrong and the way out.
    Refused(Box<Refusal>),
    /// Not a failure: the first answer to an idempotent call, found again.
    Replay(Box<Replay>),
    /// The database took the other of two clashing transactions; try again.
    Clash,
    /// The database, or the room in it, is away for the moment.
    Unavailable(String),
    /// Ours; logged in full, told to nobody.
    Internal(Box<dyn std::error::Error + Send + Sync>),
}

/// A refusal in both languages.
#[derive(Debug, Clone)]
pub struct Refusal {
    /// HTTP status.
    pub status: u16,
    /// Stable machine word.
    pub code: &'static str,
    /// What is wrong and the way out, in Vietnamese.
    pub vi: String,
    /// The same in English.
    pub en: String,
    /// Each fault of the request, by place.
    pub faults: Vec<Fault>,
    /// On 409: the steps that the state does allow.
    pub allowed: Option<Vec<&'static str>>,
    /// On 429 and 503: seconds to wait.
    pub retry_after: Option<u32>,
    /// On 405: the methods that there are.
    pub allow: Option<String>,
}

/// The stored first answer to an idempotent call.
#[derive(Debug, Clone)]
pub struct Replay {
    /// HTTP status of the first answer.
    pub status: u16,
    /// Its entity tag.
    pub etag: Option<String>,
    /// Its `Location`.
    pub location: Option<String>,
    /// Its body.
    pub body: String,
    /// Given again; else the would-be answer of `validate_only`, nothing of which is kept.
    pub replayed: bool,
    /// Personal or secret content: nobody may keep a copy.
    pub secret: bool,
}

/// One fault of a request: where, what, and in both languages.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Fault {
    /// JSON pointer into the body, or the parameter's name.
    pub pointer: String,
    /// Stable machine word.
    pub code: &'static str,
    /// Vietnamese message.
    pub vi: String,
    /// English message.
    pub en: String,
}

impl Fault {
    /// A fault at a place.
    pub fn at(pointer: impl Into<String>, code: &'static str, vi: impl Into<String>, en: impl Into<String>) -> Self {
        Self { pointer: pointer.into(), code, vi: vi.into(), en: en.into() }
    }
}

/// One fault as the caller reads it.
#[derive(Debug, Serialize, ToSchema)]
pub struct ProblemFault {
    /// JSON pointer into the body, or the parameter's name.
    #[schema(max_length = 1000)]
    pub pointer: String,
    /// Stable machine word.
    pub code: String,
    /// What is wrong, in the language asked for.
    pub message: String,
}

/// Every answer that is not 2xx or 304 (RFC 9457).
#[derive(Debug, Serialize, ToSchema)]
pub struct Problem {
    /// Address that names the kind of problem.
    #[serde(rename = "type")]
    #[schema(example = "urn:nhipcau:problem:not_found")]
    pub kind: String,
    /// The kind in a few words.
    pub title: String,
    /// HTTP status.
    #[schema(minimum = 400, maximum = 599)]
    pub status: u16,
    /// What is wrong and the way out.
    pub detail: String,
    /// The path asked for.
    pub instance: String,
    /// Stable machine word.
    pub code: String,
    /// The request's id, as in `X-Request-Id`.
    pub trace_id: String,
    /// Each fault by place; empty where there is none to name.
    pub errors: Vec<ProblemFault>,
    /// On 409: the steps that the record's state does allow.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub allowed_actions: Option<Vec<String>>,
}

impl Refusal {
    /// A refusal without named faults.
    pub fn new(status: u16, code: &'static str, vi: impl Into<String>, en: impl Into<String>) -> Self {
        Self { status, code, vi: vi.into(), en: en.into(), faults: vec![], allowed: None, retry_after: None, allow: None }
    }
    /// The problem document in a language.
    pub fn problem(&self, lang: Lang, instance: &str, trace_id: &str) -> Problem {
        Problem {
            kind: format!("urn:nhipcau:problem:{}", self.code),
            title: title(self.status, lang).to_owned(),
            status: self.status,
            detail: told(lang.pick(&self.vi, &self.en), MESSAGE_LENGTH),
            instance: instance.to_owned(),
            code: self.code.to_owned(),
            trace_id: trace_id.to_owned(),
            errors: self
                .faults
                .iter()
                .map(|f| ProblemFault {
                    pointer: told(&f.pointer, POINTER_LENGTH),
                    code: f.code.to_owned(),
                    message: told(lang.pick(&f.vi, &f.en), MESSAGE_LENGTH),
                })
                .collect(),
            allowed_actions: self.allowed.as_ref().map(|all| all.iter().map(|a| (*a).to_owned()).collect()),
        }
    }
}

/// The machine word for a body some of whose members are at fault.
const INVALID: &str = "invalid";
/// The machine word for what bears a secrecy level.
const STATE_SECRET: &str = "state_secret";
/// Characters of a fault's place, at most: the caller made up the names in it.
const POINTER_LENGTH: usize = 1_000;
/// Characters of a message, at most.
const MESSAGE_LENGTH: usize = 4_000;

/// A text that may hold what the caller sent: no control characters (RULES 26), and not without end.
fn told(text: &str, longest: usize) -> String {
    text.chars().take(longest).map(|c| if c.is_ascii_control() && !matches!(c, '\t' | '\n') { '\u{fffd}' } else { c }).collect()
}

fn title(status: u16, lang: Lang) -> &'static str {
    match status {
        400 => lang.pick("Yêu cầu không đọc được", "Malformed request"),
        401 => lang.pick("Chưa đăng nhập", "Not signed in"),
        403 => lang.pick("Không được phép", "Not allowed"),
        404 => lang.pick("Không tìm thấy", "Not found"),
        405 => lang.pick("Phương thức không dùng được ở đây", "Method not allowed"),
        406 => lang.pick("Không có định dạng này", "Format not available"),
        408 => lang.pick("Quá thời gian", "Took too long"),
        409 => lang.pick("Trạng thái không cho phép", "State does not allow it"),
        410 => lang.pick("Không còn nữa", "Gone"),
        412 => lang.pick("Bản ghi đã thay đổi", "Record has changed"),
        413 => lang.pick("Nội dung quá lớn", "Content too large"),
        414 => lang.pick("Địa chỉ quá dài", "Address too long"),
        415 => lang.pick("Kiểu nội dung không nhận", "Content type not accepted"),
        422 => lang.pick("Dữ liệu không hợp lệ", "Data not valid"),
        428 => lang.pick("Thiếu điều kiện", "Precondition required"),
        429 => lang.pick("Quá nhiều yêu cầu", "Too many requests"),
        431 => lang.pick("Phần đầu quá lớn", "Header too large"),
        503 => lang.pick("Tạm thời không phục vụ được", "Temporarily unavailable"),
        _ => lang.pick("Lỗi của hệ thống", "Server error"),
    }
}

impl Error {
    /// Any refusal.
    pub fn refuse(status: u16, code: &'static str, vi: impl Into<String>, en: impl Into<String>) -> Self {
        Error::Refused(Box::new(Refusal::new(status, code, vi, en)))
    }
    /// 400: the request cannot be read.
    pub fn malformed(code: &'static str, vi: impl Into<String>, en: impl Into<String>) -> Self {
        Self::refuse(400, code, vi, en)
    }
    /// 401.
    pub fn unauthenticated() -> Self {
        Self::refuse(
            401,
            "unauthenticated",
            "Hãy đăng nhập: gửi mã truy cập còn hạn trong Authorization: Bearer.",
            "Sign in: send a valid access token in Authorization: Bearer.",
        )
    }
    /// 403: it may be read, but not changed that way by this caller.
    pub fn forbidden() -> Self {
        Self::refuse(403, "forbidden", "Vai trò của người gọi không được làm việc này.", "The caller's role does not allow this.")
    }
    /// 404, also for what the caller may not see.
    pub fn not_found() -> Self {
        Self::refuse(404, "not_found", "Không có bản ghi này, hoặc người gọi không được xem.", "There is no such record, or the caller may not see it.")
    }
    /// 409.
    pub fn conflict(code: &'static str, vi: impl Into<String>, en: impl Into<String>) -> Self {
        Self::refuse(409, code, vi, en)
    }
    /// The same with the steps that the record's state does allow.
    #[must_use]
    pub fn allowing(mut self, steps: Vec<&'static str>) -> Self {
        if let Error::Refused(refusal) = &mut self {
            refusal.allowed = Some(steps);
        }
        self
    }
    /// 409 with the list of what stands in the way.
    pub fn blocked(code: &'static str, vi: impl Into<String>, en: impl Into<String>, by: Vec<Fault>) -> Self {
        let mut refusal = Refusal::new(409, code, vi, en);
        refusal.faults = by;
        Error::Refused(Box::new(refusal))
    }
    /// 422 with every fault of the body.
    pub fn invalid(faults: Vec<Fault>) -> Self {
        let mut refusal = Refusal::new(422, INVALID, "Có trường cần sửa; xem errors.", "Some fields need attention; see errors.");
        refusal.faults = faults;
        Error::Refused(Box::new(refusal))
    }
    /// 422 with one fault.
    pub fn fault(pointer: impl Into<String>, code: &'static str, vi: impl Into<String>, en: impl Into<String>) -> Self {
        Self::invalid(vec![Fault::at(pointer, code, vi, en)])
    }
    /// 422: what was sent bears a secrecy level as a mark (RULES 8). Says where, to the caller alone, and never what.
    pub fn state_secret<'a>(pointers: impl IntoIterator<Item = &'a str>, others: &[Fault]) -> Self {
        let (vi, en) = (
            "Nội dung mang độ mật; hệ thống nối mạng không nhận văn bản bí mật nhà nước (Luật 117/2025/QH15). Chỉ đăng ký số đến, ngày đến, nơi gửi và đơn vị xử lý.",
            "The content bears a secrecy level; a networked system takes no state secrets (Law 117/2025/QH15). Register arrival number, day, issuer and handling unit only.",
        );
        let mut refusal = Refusal::new(422, STATE_SECRET, vi, en);
        let marked = pointers.into_iter().map(|at| Fault::at(at, STATE_SECRET, "Chỗ này mang dấu độ mật.", "This bears a secrecy level as a mark."));
        refusal.faults = marked.chain(others.iter().cloned()).collect();
        Error::Refused(Box::new(refusal))
    }
    /// Ours.
    pub fn internal(e: impl Into<Box<dyn std::error::Error + Send + Sync>>) -> Self {
        Error::Internal(e.into())
    }
    /// What the caller is told; for our own failures no more than that.
    pub fn refusal(&self) -> Refusal {
        match self {
            Error::Refused(refusal) => (**refusal).clone(),
            Error::Unavailable(_) | Error::Clash => {
                let mut refusal = Refusal::new(503, "unavailable", "Hệ thống tạm thời bận; hãy thử lại.", "The service is busy for the moment; try again.");
                refusal.retry_after = Some(1);
                refusal
            }
            Error::Replay(_) | Error::Internal(_) => Refusal::new(
                500,
                "internal",
                "Lỗi của hệ thống; hãy báo mã trace_id cho quản trị.",
                "A failure of ours; report the trace_id to the administrator.",
            ),
        }
    }
}

/// What a check found, or nothing where it finds fault with the body: its faults are told together with all the others. Any
/// other refusal stands alone, that of a state secret among them.
pub fn gathered<T>(faults: &mut Vec<Fault>, outcome: Result<T>) -> Result<Option<T>> {
    match outcome {
        Ok(found) => Ok(Some(found)),
        Err(Error::Refused(refusal)) if refusal.code == INVALID && !refusal.faults.is_empty() => {
            faults.extend(refusal.faults);
            Ok(None)
        }
        Err(e) => Err(e),
    }
}

/// What was made of a part of a body: what is wrong with it lies at or below the part's place.
pub fn under<T>(outcome: Result<T>, pointer: &str) -> Result<T> {
    outcome.map_err(|e| match e {
        Error::Refused(mut refusal) if refusal.status == 422 => {
            if refusal.faults.is_empty() {
                refusal.faults.push(Fault::at(pointer, refusal.code, refusal.vi.clone(), refusal.en.clone()));
            } else {
                refusal.faults.iter_mut().for_each(|f| f.pointer = format!("{pointer}{}", f.pointer));
            }
            Error::Refused(refusal)
        }
        e => e,
    })
}

/// Nothing wrong, or all of it at once.
pub fn all_well(faults: Vec<Fault>) -> Result<()> {
    if faults.is_empty() { Ok(()) } else { Err(Error::invalid(faults)) }
}

impl std::fmt::Display for Error {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Error::Refused(r) => {
                write!(f, "{} {}: {}", r.status, r.code, r.en)?;
                // This is what goes to the log: not even the names around a mark do.
                if r.code == STATE_SECRET {
                    return Ok(());
                }
                r.faults.iter().try_for_each(|fault| write!(f, "; {}: {}", fault.pointer, fault.en))
            }
            Error::Replay(_) => f.write_str("replay"),
            Error::Clash => f.write_str("transactions clashed"),
            Error::Unavailable(why) => write!(f, "unavailable: {why}"),
            Error::Internal(e) => write!(f, "internal: {e}"),
        }
    }
}
impl std::error::Error for Error {}

impl From<Sql> for Error {
    fn from(e: Sql) -> Self {
        match &e {
            Sql::NotFound => Error::not_found(),
            Sql::DatabaseError(DatabaseErrorKind::SerializationFailure, _) => Error::Clash,
            Sql::DatabaseError(DatabaseErrorKind::ClosedConnection, info) => Error::Unavailable(info.message().to_owned()),
            Sql::DatabaseError(DatabaseErrorKind::UniqueViolation, _) => {
                Error::conflict("duplicate", "Đã có một bản ghi như vậy.", "There is such a record already.")
            }
            Sql::DatabaseError(DatabaseErrorKind::ForeignKeyViolation, _) => {
                Error::fault("", "unknown_reference", "Nhắc tới một bản ghi không có.", "Names a record that does not exist.")
            }
            Sql::DatabaseError(_, info) => {
                let message = info.message();
                if message.contains("deadlock detected") || message.contains("database is locked") {
                    Error::Clash
                } else if ["terminating connection", "statement timeout", "the database system is", "connection", "interrupted"]
                    .iter()
                    .any(|w| message.contains(w))
                {
                    Error::Unavailable(message.to_owned())
                } else {
                    Error::internal(e)
                }
            }
            Sql::BrokenTransactionManager => Error::Unavailable("broken transaction".into()),
            _ => Error::internal(e),
        }
    }
}
impl From<diesel::r2d2::PoolError> for Error {
    fn from(e: diesel::r2d2::PoolError) -> Self {
        Error::Unavailable(e.to_string())
    }
}
impl From<serde_json::Error> for Error {
    fn from(e: serde_json::Error) -> Self {
        Error::internal(e)
    }
}
