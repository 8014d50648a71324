//! The program at the terminal: the first administrator, a province from a file, a user, a fresh password.

use nhipcau::{
    db::{Db, Url},
    people,
};
use std::process::{Command, Output};

fn run(data: &std::path::Path, arguments: &[&str]) -> Output {
    Command::new(env!("CARGO_BIN_EXE_nhipcau")).args(arguments).env_clear().env("NHIPCAU_DATA", data).output().expect("the program runs")
}

fn said(output: &Output) -> String {
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    String::from_utf8_lossy(&output.stdout).into_owned()
}

#[test]
fn an_installation_is_set_up_at_the_terminal() {
    let data = std::env::temp_dir().join(format!("nhipcau-terminal-{}", std::process::id()));
    std::fs::create_dir_all(&data).expect("a data directory");
    let printed = said(&run(&data, &["admin", "create", "quantri"]));
    assert!(printed.starts_with("username quantri\npassword "), "{printed}");
    // A second one by that name is refused, and says so.
    let again = run(&data, &["admin", "create", "quantri"]);
    assert!(!again.status.success());
    assert!(String::from_utf8_lossy(&again.stderr).contains("taken"));

    let loaded = said(&run(&data, &["seed", "src/seed/can_tho.json"]));
    assert!(loaded.contains("Cần Thơ") && loaded.contains("1 plans"), "{loaded}");
    said(&run(&data, &["admin", "province", "HNI", "Thành phố Hà Nội", "--city"]));
    let user = ["admin", "user", "an.vi-du", "Nguyễn Thí Dụ", "CTH", "SNGV", "officer"];
    let first = said(&run(&data, &user));
    let second = said(&run(&data, &["admin", "reset-password", "an.vi-du"]));
    assert_ne!(first, second);
    assert!(said(&run(&data, &["migrate"])).contains("up to date"));
    assert!(said(&run(&data, &["policy"])).contains("documents\t"));

    // A setting that cannot be read is refused at start, by name and with the way out.
    let refused = Command::new(env!("CARGO_BIN_EXE_nhipcau")).env_clear().env("NHIPCAU_DATA", &data).env("NHIPCAU_LISTEN", "here").output().expect("it runs");
    assert!(!refused.status.success());
    assert!(String::from_utf8_lossy(&refused.stderr).contains("NHIPCAU_LISTEN=here: expected ADDRESS:PORT"));
    let refused =
        Command::new(env!("CARGO_BIN_EXE_nhipcau")).env_clear().env("NHIPCAU_DATA", &data).env("DATABASE_URL", "postgres://nobody@127.0.0.1/none").output();
    assert!(String::from_utf8_lossy(&refused.expect("it runs").stderr).contains("NHIPCAU_SECRET is required"));

    let db = Db::open(&Url::Sqlite(data.join("nhipcau.db").to_string_lossy().into_owned()), 1).expect("it opens");
    let user = db.read_now(|conn| people::by_username(conn, "an.vi-du")).expect("a read").expect("the user");
    assert!(user.must_change_password);
    assert!(user.password_hash.starts_with("$argon2id$v=19$m=19456,t=2,p=1$"));
    drop(db);
    std::fs::remove_dir_all(&data).expect("it goes");
}
