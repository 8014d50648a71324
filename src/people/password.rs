//! Passwords: argon2id with OWASP's second recommended cost (19 MiB, two passes), at most two at a time.

use crate::error::{Error, Fault, Result};
use argon2::{
    Algorithm, Argon2, Params, PasswordHash, PasswordHasher, PasswordVerifier, Version,
    password_hash::{SaltString, rand_core::OsRng},
};
use rand::{Rng, distributions::Alphanumeric};
use tokio::sync::Semaphore;

/// Characters of a password, at least (NIST SP 800-63B asks 8; officials share machines, so 12).
pub const LEAST: usize = 12;

/// Each hash takes 19 MiB: a crowd at the door must not take the memory of those inside.
static ROOM: Semaphore = Semaphore::const_new(2);

fn argon() -> Result<Argon2<'static>> {
    let params = Params::new(19 * 1024, 2, 1, None).map_err(|e| Error::internal(e.to_string()))?;
    Ok(Argon2::new(Algorithm::Argon2id, Version::V0x13, params))
}

/// The hash to keep, with its own salt.
pub fn hash(password: &str) -> Result<String> {
    let salt = SaltString::generate(&mut OsRng);
    Ok(argon()?.hash_password(password.as_bytes(), &salt).map_err(|e| Error::internal(e.to_string()))?.to_string())
}

/// The same beside other work, when it is one's turn.
pub async fn hashed(password: String) -> Result<String> {
    let _room = ROOM.acquire().await.map_err(Error::internal)?;
    actix_web::web::block(move || hash(&password)).await.map_err(Error::internal)?
}

/// Whether the password is the one that was hashed. Without a hash it takes as long and says no.
pub async fn verify(password: String, hash: Option<String>) -> Result<bool> {
    let _room = ROOM.acquire().await.map_err(Error::internal)?;
    actix_web::web::block(move || {
        let (known, kept) = match hash {
            Some(hash) => (true, hash),
            None => (false, DUMMY.to_owned()),
        };
        let parsed = PasswordHash::new(&kept).map_err(|e| Error::internal(e.to_string()))?;
        Ok(argon()?.verify_password(password.as_bytes(), &parsed).is_ok() && known)
    })
    .await
    .map_err(Error::internal)?
}

/// A hash of nothing anybody knows, of the same cost.
const DUMMY: &str = "$argon2id$v=19$m=19456,t=2,p=1$c29tZXNhbHRzb21lc2FsdA$WCwHbB1Uq2a2Xr0v0Ss3HhJ4mYWzJkqk3b2nQ1yPz0o";

/// A password nobody has seen before: 20 letters and digits.
pub fn invent() -> String {
    rand::rngs::OsRng.sample_iter(&Alphanumeric).take(20).map(char::from).collect()
}

/// Faults of a password that somebody chose.
pub fn faults(pointer: &str, password: &str, username: &str) -> Vec<Fault> {
    let mut faults = Vec::new();
    if password.chars().count() < LEAST {
        faults.push(Fault::at(pointer, "too_short", format!("Mật khẩu cần ít nhất {LEAST} ký tự."), format!("A password takes at least {LEAST} characters.")));
    }
    if !username.is_empty() && password.to_lowercase().contains(&username.to_lowercase()) {
        faults.push(Fault::at(pointer, "contains_username", "Mật khẩu không được chứa tên đăng nhập.", "The password must not contain the sign-in name."));
    }
    faults
}
