//! One call: what the gate has seen of the request, and the two doors through which a handler reaches the database.

use super::{
    answer::{self, Answer},
    body::Sent,
    contract::{Contract, Operation},
    key::{self, Key},
    session,
    token::{Claims, Tokens},
};
use crate::{
    ask::{Ask, Conditions, still_running},
    authz::{Actor, scopes::ServiceScope},
    config::Settings,
    db::{self, Conn, Db},
    error::{Error, Replay, Result},
    export::Format,
    feed::{self, Kind, Pull},
    id::Id,
    includes::{Includes, Relation},
    journal::{self, Sighting},
    time::{Clock, Stamp},
    words::Lang,
};
use actix_web::{FromRequest, HttpMessage, HttpRequest, HttpResponse, dev::Payload};
use serde::de::DeserializeOwned;
use sha2::{Digest, Sha256};
use std::{
    collections::{HashMap, HashSet},
    future::{Ready, ready},
    sync::{
        Arc, Mutex, OnceLock,
        atomic::{AtomicBool, Ordering},
    },
};
use tokio::sync::Semaphore;

/// Wrong keys that one address may present in a minute before it has to wait.
const GUESSES_PER_MINUTE: u32 = 20;

/// How a caller says who it is.
#[derive(Debug, Clone)]
pub(super) enum Pass {
    /// A person's access token, verified.
    Token(Claims),
    /// A service account's key, not yet looked up.
    Key(Key),
}

impl Pass {
    /// One word for the caller.
    pub(super) fn caller(&self) -> String {
        match self {
            Pass::Token(claims) => claims.sid.to_string(),
            Pass::Key(key) => key.id.to_string(),
        }
    }
}

/// What the whole service shares.
#[derive(Debug)]
pub struct House {
    /// The database.
    pub db: Db,
    /// The OpenAPI document as a machine.
    pub contract: Arc<Contract>,
    /// Signing keys.
    pub tokens: Tokens,
    /// Where the time comes from.
    pub clock: Clock,
    /// Settings.
    pub settings: Settings,
    /// Finds the record that a code names.
    pub by_code: ByCode,
    /// Idempotency keys at work in this process, where the process is the only one.
    pub(super) running: Mutex<HashSet<String>>,
    /// Places for files that are made while they leave.
    pub(super) exports: Arc<Semaphore>,
    /// Requests by caller in the current minute.
    pub(super) pace: super::pace::Pace,
    /// Keys that nobody has, by whom they came from, in the current minute.
    pub(super) guesses: super::pace::Pace,
    /// Failed sign-ins under names that nobody has, and until when each door is closed: strangers meet the same doors.
    pub strangers: Mutex<HashMap<String, (i32, Option<Stamp>)>>,
    /// Kinds of record that are pulled, with their lists.
    pub kinds: &'static [Kind],
    /// What is measured.
    pub meter: super::meter::Meter,
}

/// Finds the record of a collection that bears a code: the slices know them, this floor does not.
pub type ByCode = fn(&mut Conn, &Actor, &str, &str) -> Result<Option<Id>>;

impl House {
    /// Assembles what is shared.
    pub fn new(db: Db, contract: Arc<Contract>, tokens: Tokens, clock: Clock, settings: Settings, by_code: ByCode) -> Self {
        Self {
            db,
            contract,
            tokens,
            clock,
            running: Mutex::default(),
            exports: Arc::new(Semaphore::new(super::list::AT_ONCE)),
            pace: super::pace::Pace::new(settings.requests_per_minute),
            guesses: super::pace::Pace::new(GUESSES_PER_MINUTE),
            strangers: Mutex::default(),
            settings,
            by_code,
            kinds: &[],
            meter: super::meter::Meter::default(),
        }
    }
}

impl House {
    /// Writes sensitive reads to the access log; for answers that do not go through [`Call::witnessed`], such as files.
    pub async fn witness(&self, sightings: Vec<Sighting>) -> Result<()> {
        if sightings.is_empty() {
            return Ok(());
        }
        self.db.write(move |conn| journal::witness(conn, &sightings)).await
    }
}

impl std::fmt::Debug for Db {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Db")
    }
}

/// What the gate has read from a request before any handler runs.
#[derive(Debug)]
pub struct Seen {
    pub(super) house: Arc<House>,
    pub(super) operation_id: String,
    pub(super) pass: Option<Pass>,
    pub(super) now: Stamp,
    pub(super) lang: Lang,
    pub(super) request: String,
    pub(super) peer: Option<String>,
    pub(super) method: String,
    pub(super) path: String,
    pub(super) query: Vec<(String, String)>,
    pub(super) raw_query: String,
    pub(super) coding: String,
    pub(super) format: Format,
    pub(super) is_get: bool,
    pub(super) if_match: Option<i32>,
    pub(super) if_match_required: bool,
    pub(super) if_none_match: Option<String>,
    pub(super) idempotency_key: Option<String>,
    /// Whether the session has been found good (or bad) already.
    pub(super) session_checked: AtomicBool,
    /// Whether the use of the key is to be noted once the answer is there.
    pub(super) use_due: AtomicBool,
    /// What has changed since the caller's cursor, with `updated_after`.
    pub(super) pull: OnceLock<Pull>,
}

impl Seen {
    /// The operation asked for.
    pub fn operation(&self) -> Option<&Operation> {
        self.house.contract.operation(&self.operation_id)
    }
    pub(super) fn parameter(&self, name: &str) -> Option<&str> {
        self.query.iter().find(|(n, _)| n == name).map(|(_, v)| v.as_str())
    }
    pub(super) fn fields(&self) -> Option<Vec<String>> {
        self.parameter("fields").map(|f| f.split(',').map(str::to_owned).collect())
    }
    fn validate_only(&self) -> bool {
        self.parameter("validate_only") == Some("true")
    }
    /// This address with another cursor, or with none.
    pub(super) fn address_with(&self, cursor: Option<&str>) -> String {
        let mut pairs: Vec<(&str, &str)> = self.query.iter().filter(|(n, _)| n != "cursor").map(|(n, v)| (n.as_str(), v.as_str())).collect();
        if let Some(cursor) = cursor {
            pairs.push(("cursor", cursor));
        }
        match serde_urlencoded::to_string(&pairs) {
            Ok(query) if !query.is_empty() => format!("{}?{query}", self.path),
            _ => self.path.clone(),
        }
    }
    fn conditions(&self, body_hash: &str) -> Conditions {
        let fingerprint = |key: &String| {
            let mut digest = Sha256::new();
            for part in [&self.method, &self.path, &self.raw_query, &self.if_match.map(|v| v.to_string()).unwrap_or_default(), body_hash] {
                digest.update(part.as_bytes());
                digest.update([0]);
            }
            (key.clone(), super::body::hex(&digest.finalize()))
        };
        Conditions {
            if_match: self.if_match,
            if_match_required: self.if_match_required,
            idempotency: self.idempotency_key.as_ref().map(fingerprint),
            validate_only: self.validate_only(),
            proceeded: Arc::default(),
            journaled: Arc::default(),
        }
    }
    /// Who is behind the request, read in one statement; 401 where nobody is any more.
    pub(super) fn actor(&self, conn: &mut Conn) -> Result<Actor> {
        self.session_checked.store(true, Ordering::Relaxed);
        match self.pass.as_ref().ok_or_else(Error::unauthenticated)? {
            Pass::Token(claims) => session::load(conn, claims, self.now),
            Pass::Key(key) => {
                let on_documents = self.operation().is_some_and(|o| o.scopes.iter().any(|s| s == ServiceScope::DocumentsExchange.word()));
                let loaded = key::load(conn, key, on_documents, self.now);
                if matches!(loaded, Err(Error::Refused(_))) {
                    self.house.guesses.turn(self.peer.as_deref().unwrap_or_default(), self.now);
                }
                let (actor, use_due) = loaded?;
                self.use_due.store(use_due, Ordering::Relaxed);
                Ok(actor)
            }
        }
    }
    /// 403 for a service account outside its scopes.
    fn within_scopes(&self, actor: &Actor) -> Result<()> {
        let (Some(held), Some(operation)) = (&actor.scopes, self.operation()) else { return Ok(()) };
        if !operation.for_services {
            return Err(Error::refuse(
                403,
                "persons_only",
                "Thao tác này chỉ dành cho người dùng, không dành cho tài khoản dịch vụ.",
                "This operation is for people, not for service accounts.",
            ));
        }
        if operation.scopes.is_empty() || held.iter().any(|scope| operation.scopes.iter().any(|s| s == scope.word())) {
            return Ok(());
        }
        let missing = operation.scopes.join(", ");
        Err(Error::refuse(
            403,
            "scope_missing",
            format!("Tài khoản dịch vụ thiếu phạm vi: {missing}."),
            format!("The service account lacks the scope: {missing}."),
        ))
    }
    /// What has changed since the cursor that the caller names; the list then shows those rows and no others.
    pub(super) fn look_since(&self, conn: &mut Conn) -> Result<Pull> {
        let ask = self.ask(conn, "")?;
        let list = self.path.strip_prefix("/api/v1").unwrap_or(&self.path);
        let kind = self.house.kinds.iter().find(|k| k.list == list).ok_or_else(|| Error::internal("a list without a feed"))?;
        // Who may never read the list is told so first (RULES 19).
        (kind.scope)(&ask.actor)?;
        let alone = |name: &str| matches!(name, "updated_after" | "limit" | "fields" | "format");
        if let Some((name, _)) = self.query.iter().find(|(name, value)| !alone(name) || (name == "format" && value != "json")) {
            return Err(Error::fault(
                name,
                "not_with_updated_after",
                "Không dùng cùng updated_after: dòng thay đổi kể mọi bản ghi được xem.",
                "Not together with updated_after: the feed tells of every record that may be seen.",
            ));
        }
        if self.format != Format::Json {
            return Err(Error::fault("Accept", "not_with_updated_after", "updated_after chỉ trả JSON.", "updated_after answers JSON alone."));
        }
        let limit = self.parameter("limit").and_then(|l| l.parse().ok()).unwrap_or(crate::page::DEFAULT_LIMIT);
        feed::pull(conn, &ask.actor, kind, self.parameter("updated_after").unwrap_or_default(), limit)
    }
    /// Who asks and what they may ask for.
    pub(super) fn ask(&self, conn: &mut Conn, body_hash: &str) -> Result<Ask> {
        let actor = self.actor(conn)?;
        self.within_scopes(&actor)?;
        Ok(Ask {
            actor,
            now: self.now,
            today: self.now.day(),
            lang: self.lang,
            act: Id::fresh(),
            request: self.request.clone(),
            address: self.peer.clone(),
            conditions: self.conditions(body_hash),
        })
    }
}

/// A call by somebody who is signed in: what the gate has seen, what is to stand beside the answer, and where we are.
#[derive(Debug, Clone)]
pub struct Call(pub(super) Arc<Seen>, pub(super) Vec<&'static Relation>, pub(super) String);

impl FromRequest for Call {
    type Error = Error;
    type Future = Ready<Result<Self>>;
    fn from_request(request: &HttpRequest, _: &mut Payload) -> Self::Future {
        let seen = request.extensions().get::<Arc<Seen>>().cloned();
        // Only a calendar says where this service is.
        let base = seen.as_ref().filter(|seen| seen.format == Format::Ics).map(|_| {
            let info = request.connection_info();
            format!("{}://{}", info.scheme(), info.host())
        });
        ready(seen.map(|seen| Call(seen, vec![], base.unwrap_or_default())).ok_or_else(|| Error::internal("a request came past the gate")))
    }
}

impl Call {
    /// The query parameters, which the gate has checked against the document.
    pub fn query<T: DeserializeOwned>(&self) -> Result<T> {
        let query = match self.0.pull.get() {
            Some(pull) => {
                let ids: Vec<String> = pull.changed.iter().map(|(id, _)| id.to_string()).collect();
                format!("{}&only={}", self.0.raw_query, ids.join(","))
            }
            None => self.0.raw_query.clone(),
        };
        serde_urlencoded::from_str(&query).map_err(|e| {
            let vi = "Có tham số không đọc được theo kiểu của nó; hãy so với tham số của thao tác này trong /api/v1/openapi.json.";
            Error::malformed("bad_parameters", vi, format!("The parameters cannot be read: {e}."))
        })
    }
    /// What the service shares.
    pub fn house(&self) -> Arc<House> {
        self.0.house.clone()
    }
    /// The moment of the call.
    pub fn now(&self) -> Stamp {
        self.0.now
    }
    /// The language of the answer.
    pub fn lang(&self) -> Lang {
        self.0.lang
    }
    /// The format of the answer.
    pub fn format(&self) -> Format {
        self.0.format
    }
    /// Where the call came from.
    pub fn peer(&self) -> Option<&str> {
        self.0.peer.as_deref()
    }
    /// `X-Request-Id`.
    pub fn request(&self) -> &str {
        &self.0.request
    }
    /// What the gate has seen.
    pub fn seen(&self) -> &Seen {
        &self.0
    }
    /// The signed-in user; 401 where the session has ended.
    pub fn whoami(&self, conn: &mut Conn) -> Result<Id> {
        Ok(self.0.ask(conn, "")?.actor.user)
    }

    /// The same call, answered with what `include` asks for beside rows of this kind.
    #[must_use]
    pub fn including<T: Includes>(mut self) -> Self {
        let asked = self.0.parameter("include").unwrap_or_default();
        self.1 = T::RELATIONS.iter().filter(|relation| asked.split(',').any(|name| name == relation.to.name)).collect();
        self
    }

    /// Looks, and may not touch.
    pub async fn read(self, work: impl FnOnce(&mut Conn, &Ask) -> Result<Answer> + Send + 'static) -> Result<HttpResponse> {
        let (seen, relations) = (self.0.clone(), self.1);
        let answer = self
            .0
            .house
            .db
            .read(move |conn| {
                let ask = seen.ask(conn, "")?;
                work(conn, &ask)?.beside(conn, &ask, &relations)
            })
            .await?;
        answer::respond(answer, &self.0)
    }

    /// Looks at something sensitive. What was seen is in the access log before the answer leaves the house: where it
    /// cannot be written, nothing is shown.
    pub async fn witnessed(self, work: impl FnOnce(&mut Conn, &Ask) -> Result<(Answer, Vec<Sighting>)> + Send + 'static) -> Result<HttpResponse> {
        let (answer, sightings) = self.look(work).await?;
        self.0.house.witness(sightings).await?;
        answer::respond(answer, &self.0)
    }

    /// Looks before the body is read or while an answer is streamed; what it finds goes back to the handler.
    pub async fn look<T: Send + 'static>(&self, work: impl FnOnce(&mut Conn, &Ask) -> Result<T> + Send + 'static) -> Result<T> {
        let seen = self.0.clone();
        self.0
            .house
            .db
            .read(move |conn| {
                let ask = seen.ask(conn, "")?;
                work(conn, &ask)
            })
            .await
    }

    /// Looks several times at one state of the data.
    pub async fn snapshot(self, work: impl FnOnce(&mut Conn, &Ask) -> Result<Answer> + Send + 'static) -> Result<HttpResponse> {
        let seen = self.0.clone();
        let answer = self
            .0
            .house
            .db
            .snapshot(move |conn| {
                let ask = seen.ask(conn, "")?;
                work(conn, &ask)
            })
            .await?;
        answer::respond(answer, &self.0)
    }

    /// One unit of work. `work` may run more than once, and must call [`Ask::proceed`] once it knows that the caller may.
    pub async fn write<B: Sent + Send + Sync + 'static>(
        self,
        body: B,
        work: impl Fn(&mut Conn, &Ask, &B) -> Result<Answer> + Send + 'static,
    ) -> Result<HttpResponse> {
        self.written(body, false, work).await
    }

    /// A unit of work that touches so much that it would never get through beside others: other writers wait until it is done.
    pub async fn write_alone<B: Sent + Send + Sync + 'static>(
        self,
        body: B,
        work: impl Fn(&mut Conn, &Ask, &B) -> Result<Answer> + Send + 'static,
    ) -> Result<HttpResponse> {
        self.written(body, true, work).await
    }

    async fn written<B: Sent + Send + Sync + 'static>(
        self,
        body: B,
        alone: bool,
        work: impl Fn(&mut Conn, &Ask, &B) -> Result<Answer> + Send + 'static,
    ) -> Result<HttpResponse> {
        let seen = self.0.clone();
        let _running = self.0.idempotency_key.as_ref().filter(|_| !self.0.house.db.is_shared()).map(|key| Running::take(&self.0, key)).transpose()?;
        let outcome = self
            .0
            .house
            .db
            .write(move |conn| {
                if alone {
                    db::alone(conn)?;
                }
                let ask = seen.ask(conn, body.hash())?;
                let answer = work(conn, &ask, &body)?;
                if !ask.conditions.proceeded.load(Ordering::Relaxed) {
                    return Err(Error::internal(format!("{} did not ask to proceed", seen.operation_id)));
                }
                // A secret is shown in the one answer that made it: not in a rehearsal of it, and not again (RULES 21).
                let unsecret = || answer.kept.clone().map_or_else(|| String::from_utf8(answer.body.clone()).map_err(Error::internal), Ok);
                let tag = |body: &[u8]| (answer.status != 204).then(|| answer::etag(answer.version, body, &seen));
                if ask.conditions.validate_only {
                    let status = if matches!(answer.status, 201 | 202) { 200 } else { answer.status };
                    let body = unsecret()?;
                    let etag = tag(body.as_bytes());
                    return Err(Error::Replay(Box::new(Replay { status, etag, location: None, body, replayed: false, secret: answer.secret })));
                }
                if ask.conditions.idempotency.is_some() {
                    ask.keep(conn, answer.status, tag(&answer.body).as_deref(), answer.location.as_deref(), &unsecret()?)?;
                }
                Ok(answer)
            })
            .await;
        match outcome {
            Ok(answer) => answer::respond(answer, &self.0),
            Err(Error::Replay(first)) => answer::replay(*first),
            Err(e) => Err(e),
        }
    }

    /// Answers what needs neither a session nor the database.
    pub fn answer(self, answer: Answer) -> Result<HttpResponse> {
        answer::respond(answer, &self.0)
    }

    /// For calls without a session (sign-in): a unit of work that knows nobody. Refusals inside are committed too, so
    /// that a failed sign-in is counted; `work` answers `Ok(Err(…))` for those.
    pub async fn anonymous(self, work: impl Fn(&mut Conn, &Seen) -> Result<Result<Answer>> + Send + 'static) -> Result<HttpResponse> {
        let seen = self.0.clone();
        let answer = self.0.house.db.write(move |conn| work(conn, &seen)).await??;
        answer::respond(answer.secret(), &self.0)
    }
}

impl Seen {
    /// The moment of the call.
    pub fn now(&self) -> Stamp {
        self.now
    }
    /// Where it came from.
    pub fn peer(&self) -> Option<&str> {
        self.peer.as_deref()
    }
    /// `X-Request-Id`.
    pub fn request(&self) -> &str {
        &self.request
    }
    /// What the service shares.
    pub fn house(&self) -> &House {
        &self.house
    }
}

/// An idempotency key at work; let go when dropped.
struct Running {
    house: Arc<House>,
    key: String,
}

impl Running {
    fn take(seen: &Seen, key: &str) -> Result<Self> {
        let user = seen.pass.as_ref().map(Pass::caller).unwrap_or_default();
        let key = format!("{user}\n{key}");
        let mut all = seen.house.running.lock().map_err(|_| Error::internal("a lock is poisoned"))?;
        if !all.insert(key.clone()) {
            return Err(still_running());
        }
        Ok(Self { house: seen.house.clone(), key })
    }
}

impl Drop for Running {
    fn drop(&mut self) {
        if let Ok(mut all) = self.house.running.lock() {
            all.remove(&self.key);
        }
    }
}
