//! Access tokens: EdDSA, named by `kid`, rotated without signing anyone out.
//!
//! The private keys live in the database sealed with `NHIPCAU_SECRET` where several processes share it, and in a file of
//! the data directory (mode 0600) otherwise (RULES 28).

use crate::{
    db::{Conn, Db},
    error::{Error, Result},
    id::Id,
    schema::signing_keys,
    time::Stamp,
};
use base64::{Engine, engine::general_purpose::URL_SAFE_NO_PAD as B64};
use chacha20poly1305::{
    AeadCore, ChaCha20Poly1305, KeyInit,
    aead::{Aead, OsRng},
};
use diesel::prelude::*;
use ed25519_dalek::{SigningKey, pkcs8::EncodePrivateKey};
use jsonwebtoken::{Algorithm, DecodingKey, EncodingKey, Header, Validation};
use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};
use std::{
    collections::HashMap,
    path::{Path, PathBuf},
    sync::{Mutex, RwLock},
};

/// Seconds that an access token is good for.
pub const ACCESS_SECONDS: i64 = 15 * 60;
/// Verified signatures remembered, at most.
const REMEMBERED: usize = 4_096;

/// What a token says. Only the session counts; the rest is for the reader's convenience and read anew on each request.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct Claims {
    /// Issuer.
    pub iss: String,
    /// The user.
    pub sub: Id,
    /// The session.
    pub sid: Id,
    /// Code of the province, none for a system administrator.
    pub province: Option<String>,
    /// The organisation, none for a system administrator.
    pub organization: Option<Id>,
    /// Role groups at the time of issue.
    pub role_groups: Vec<String>,
    /// Position at the time of issue.
    pub position: String,
    /// Issued at, seconds since 1970.
    pub iat: i64,
    /// Good until, seconds since 1970.
    pub exp: i64,
}

const ISSUER: &str = "nhipcau";

/// One public key as `/.well-known/jwks.json` shows it.
#[derive(Debug, Clone, Serialize)]
pub struct Jwk {
    kty: &'static str,
    crv: &'static str,
    alg: &'static str,
    #[serde(rename = "use")]
    usage: &'static str,
    kid: String,
    x: String,
}

struct Keys {
    current: String,
    signer: EncodingKey,
    readers: HashMap<String, (DecodingKey, String)>,
}

/// Makes and reads tokens.
pub struct Tokens {
    keys: RwLock<Keys>,
    remembered: Mutex<HashMap<[u8; 32], Claims>>,
    source: Source,
}

impl std::fmt::Debug for Tokens {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Tokens")
    }
}

/// Where the private keys are kept.
#[derive(Clone)]
pub enum Source {
    /// A file that only this process's user reads.
    File(PathBuf),
    /// Rows sealed with a secret that all replicas know.
    Sealed(String),
}

#[derive(Serialize, Deserialize, Clone)]
struct Stored {
    kid: String,
    public: String,
    secret: String,
    created_at: i64,
}

impl Tokens {
    /// Loads the keys, making the first one where there is none.
    pub fn open(db: &Db, source: Source, now: Stamp) -> Result<Self> {
        let mut stored = load(db, &source)?;
        if stored.is_empty() {
            add(db, &source, now)?;
            stored = load(db, &source)?;
        }
        Ok(Self { keys: RwLock::new(keys(&stored)?), remembered: Mutex::default(), source })
    }

    /// Signs a token.
    pub fn sign(&self, claims: &Claims) -> Result<String> {
        let keys = self.keys.read().map_err(|_| Error::internal("a lock is poisoned"))?;
        let mut header = Header::new(Algorithm::EdDSA);
        header.kid = Some(keys.current.clone());
        jsonwebtoken::encode(&header, claims, &keys.signer).map_err(Error::internal)
    }

    /// Fills in issuer and times.
    pub fn issue(&self, mut claims: Claims, now: Stamp) -> Result<String> {
        claims.iss = ISSUER.into();
        claims.iat = now.utc().timestamp();
        claims.exp = claims.iat + ACCESS_SECONDS;
        self.sign(&claims)
    }

    /// The claims of a token that is ours and still good.
    pub fn read(&self, token: &str, now: Stamp) -> Option<Claims> {
        if token.len() > 4096 {
            return None;
        }
        let hash: [u8; 32] = Sha256::digest(token.as_bytes()).into();
        let fresh = |claims: &Claims| claims.exp > now.utc().timestamp();
        if let Some(claims) = self.remembered.lock().ok().and_then(|all| all.get(&hash).cloned()) {
            return Some(claims).filter(fresh);
        }
        let header = jsonwebtoken::decode_header(token).ok()?;
        let kid = header.kid?;
        let keys = self.keys.read().ok()?;
        let (reader, _) = keys.readers.get(&kid)?;
        let mut validation = Validation::new(Algorithm::EdDSA);
        // The clock is the app's, not the library's.
        validation.validate_exp = false;
        validation.set_issuer(&[ISSUER]);
        let claims = jsonwebtoken::decode::<Claims>(token, reader, &validation).ok()?.claims;
        if !fresh(&claims) {
            return None;
        }
        if let Ok(mut all) = self.remembered.lock() {
            if all.len() >= REMEMBERED {
                all.retain(|_, c| c.exp > now.utc().timestamp());
                if all.len() >= REMEMBERED {
                    all.clear();
                }
            }
            all.insert(hash, claims.clone());
        }
        Some(claims)
    }

    /// Whether the token names a key that another process may have made meanwhile.
    pub fn knows_key_of(&self, token: &str) -> bool {
        let kid = jsonwebtoken::decode_header(token).ok().and_then(|h| h.kid);
        match (kid, self.keys.read()) {
            (Some(kid), Ok(keys)) => keys.readers.contains_key(&kid),
            _ => true,
        }
    }

    /// Reads the keys again; another process may have rotated them.
    pub fn reload(&self, db: &Db) -> Result<()> {
        let fresh = keys(&load(db, &self.source)?)?;
        *self.keys.write().map_err(|_| Error::internal("a lock is poisoned"))? = fresh;
        Ok(())
    }

    /// The public keys.
    pub fn jwks(&self) -> Vec<Jwk> {
        let Ok(keys) = self.keys.read() else { return vec![] };
        let mut all: Vec<Jwk> =
            keys.readers.iter().map(|(kid, (_, x))| Jwk { kty: "OKP", crv: "Ed25519", alg: "EdDSA", usage: "sig", kid: kid.clone(), x: x.clone() }).collect();
        all.sort_by(|a, b| b.kid.cmp(&a.kid));
        all
    }
}

fn keys(stored: &[Stored]) -> Result<Keys> {
    let newest = stored.iter().max_by_key(|k| k.created_at).ok_or_else(|| Error::internal("there is no signing key"))?;
    let secret: [u8; 32] = B64.decode(&newest.secret).ok().and_then(|b| b.try_into().ok()).ok_or_else(|| Error::internal("a signing key is broken"))?;
    let der = SigningKey::from_bytes(&secret).to_pkcs8_der().map_err(|e| Error::internal(e.to_string()))?;
    let mut readers = HashMap::new();
    for key in stored {
        readers.insert(key.kid.clone(), (DecodingKey::from_ed_components(&key.public).map_err(Error::internal)?, key.public.clone()));
    }
    Ok(Keys { current: newest.kid.clone(), signer: EncodingKey::from_ed_der(der.as_bytes()), readers })
}

/// Makes a new signing key; tokens signed by the older ones stay good.
pub fn add(db: &Db, source: &Source, now: Stamp) -> Result<String> {
    let signing = SigningKey::generate(&mut rand::rngs::OsRng);
    let fresh = Stored {
        kid: Id::fresh().to_string(),
        public: B64.encode(signing.verifying_key().as_bytes()),
        secret: B64.encode(signing.to_bytes()),
        created_at: now.micros(),
    };
    match source {
        Source::File(path) => {
            let mut all = read_file(path)?;
            all.push(fresh.clone());
            write_secret_file(path, &serde_json::to_vec_pretty(&all)?)?;
        }
        Source::Sealed(secret) => {
            let sealed = seal(secret, fresh.secret.as_bytes())?;
            db.write_now(|conn: &mut Conn| {
                diesel::insert_into(signing_keys::table)
                    .values((
                        signing_keys::kid.eq(&fresh.kid),
                        signing_keys::public_key.eq(&fresh.public),
                        signing_keys::sealed_secret.eq(&sealed),
                        signing_keys::created_at.eq(now),
                    ))
                    .execute(conn)?;
                Ok(())
            })?;
        }
    }
    Ok(fresh.kid)
}

fn load(db: &Db, source: &Source) -> Result<Vec<Stored>> {
    match source {
        Source::File(path) => read_file(path),
        Source::Sealed(secret) => {
            let rows: Vec<(String, String, String, Stamp)> = db.read_now(|conn| {
                Ok(signing_keys::table
                    .filter(signing_keys::retired_at.is_null())
                    .select((signing_keys::kid, signing_keys::public_key, signing_keys::sealed_secret, signing_keys::created_at))
                    .load(conn)?)
            })?;
            rows.into_iter()
                .map(|(kid, public, sealed, at)| {
                    let secret = String::from_utf8(unseal(secret, &sealed)?).map_err(Error::internal)?;
                    Ok(Stored { kid, public, secret, created_at: at.micros() })
                })
                .collect()
        }
    }
}

fn read_file(path: &Path) -> Result<Vec<Stored>> {
    match std::fs::read(path) {
        Ok(bytes) => Ok(serde_json::from_slice(&bytes)?),
        Err(e) if e.kind() == std::io::ErrorKind::NotFound => Ok(vec![]),
        Err(e) => Err(Error::internal(format!("{}: {e}", path.display()))),
    }
}

/// Writes a file that only its owner reads, whole or not at all.
pub fn write_secret_file(path: &Path, bytes: &[u8]) -> Result<()> {
    use std::{io::Write, os::unix::fs::OpenOptionsExt};
    let said = |e: std::io::Error| Error::internal(format!("{}: {e}", path.display()));
    let fresh = path.with_extension("new");
    let mut file = std::fs::OpenOptions::new().write(true).create(true).truncate(true).mode(0o600).open(&fresh).map_err(said)?;
    file.write_all(bytes).and_then(|()| file.sync_all()).map_err(said)?;
    std::fs::rename(&fresh, path).map_err(said)
}

fn cipher(secret: &str) -> ChaCha20Poly1305 {
    ChaCha20Poly1305::new(&Sha256::digest(format!("nhipcau signing keys\n{secret}").as_bytes()))
}

fn seal(secret: &str, plain: &[u8]) -> Result<String> {
    let nonce = ChaCha20Poly1305::generate_nonce(&mut OsRng);
    let sealed = cipher(secret).encrypt(&nonce, plain).map_err(|_| Error::internal("a key cannot be sealed"))?;
    Ok(format!("{}.{}", B64.encode(nonce), B64.encode(sealed)))
}

fn unseal(secret: &str, sealed: &str) -> Result<Vec<u8>> {
    let broken = || Error::internal("a signing key cannot be opened: NHIPCAU_SECRET is not the one it was sealed with");
    let (nonce, body) = sealed.split_once('.').ok_or_else(broken)?;
    let nonce = B64.decode(nonce).map_err(|_| broken())?;
    if nonce.len() != 12 {
        return Err(broken());
    }
    let body = B64.decode(body).map_err(|_| broken())?;
    cipher(secret).decrypt(nonce.as_slice().into(), body.as_slice()).map_err(|_| broken())
}
