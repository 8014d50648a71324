//! The chain on both databases: gapless while several writers and sequencers are at work, and every kind of tampering found.

use super::*;
use crate::{
    ask::Ask,
    authz::{Actor, Position},
    db::{Db, Url, migrate},
    journal::{Change, NOTHING, record},
};
use std::thread;

fn ask() -> Ask {
    let actor = Actor {
        user: Id::fresh(),
        session: Id::fresh(),
        username: "quan.tri".into(),
        organization: None,
        parent: None,
        province: None,
        provinces: vec![],
        position: Position::SystemAdmin,
        groups: vec![],
        functions: vec![],
        scopes: None,
    };
    Ask::internal(actor, Stamp::from_micros(1_700_000_000_000_000).expect("a moment"))
}

fn write(db: &Db, count: usize) {
    let ask = ask();
    for number in 0..count {
        let change =
            Change { kind: "task", id: Id::fresh(), version: Some(1), owner: None, province: None, action: "create", reason: Some("vì có chỉ thị") };
        let after = serde_json::json!({ "title": "Đón đoàn", "number": number, "parts": [1.5, null, { "b": 2, "a": 1 }] });
        db.write_now(|conn| record(conn, &ask, Change { ..copy(&change) }, NOTHING, Some(&after))).expect("an entry");
    }
}

fn copy<'a>(c: &Change<'a>) -> Change<'a> {
    Change { kind: c.kind, id: c.id, version: c.version, owner: c.owner, province: c.province, action: c.action, reason: c.reason }
}

fn drain(db: &Db) -> usize {
    let mut all = 0;
    while db.read_now(waiting).expect("a look") {
        all += db.write_now(|conn| sequence(conn, 7)).expect("a batch");
    }
    all
}

fn story(db: &Db) {
    assert!(!db.read_now(waiting).expect("a look"));
    assert_eq!(db.write_now(|conn| sequence(conn, 10)).expect("nothing"), 0);
    assert_eq!(db.read_now(|conn| verify(conn, 1, 0)).expect("empty"), Verdict { checked: 0, broken_at: None, hash: GENESIS.into() });

    // Three writers and two sequencers at once.
    let sealed: usize = thread::scope(|scope| {
        let writers: Vec<_> = (0..3).map(|_| scope.spawn(|| write(db, 40))).collect();
        let sequencers: Vec<_> = (0..2)
            .map(|_| {
                scope.spawn(|| {
                    let mut all = 0;
                    for _ in 0..40 {
                        all += db.write_now(|conn| sequence(conn, 7)).expect("a batch");
                    }
                    all
                })
            })
            .collect();
        writers.into_iter().for_each(|w| w.join().expect("a writer"));
        sequencers.into_iter().map(|s| s.join().expect("a sequencer")).sum()
    });
    assert_eq!(sealed + drain(db), 120);
    let (seq, hash) = db.read_now(head).expect("a look").expect("a head");
    assert_eq!(seq, 120);
    let whole = db.read_now(|conn| verify(conn, 1, 120)).expect("a verdict");
    assert_eq!(whole, Verdict { checked: 120, broken_at: None, hash: hash.clone() });
    assert_eq!(db.read_now(|conn| verify(conn, 60, 80)).expect("a verdict").checked, 21);

    // More is asked for than there is.
    assert_eq!(db.read_now(|conn| verify(conn, 100, 121)).expect("a verdict").broken_at, Some(121));
    // Changed, and changed back.
    let reason = |text: &'static str| {
        db.write_now(|conn| Ok(diesel::update(journal::table.filter(journal::seq.eq(33))).set(journal::reason.eq(text)).execute(conn)?)).expect("a change");
    };
    reason("vì không có chỉ thị");
    assert_eq!(db.read_now(|conn| verify(conn, 1, 120)).expect("a verdict").broken_at, Some(33));
    assert_eq!(db.read_now(|conn| verify(conn, 34, 120)).expect("a verdict").broken_at, None);
    reason("vì có chỉ thị");
    assert_eq!(db.read_now(|conn| verify(conn, 1, 120)).expect("a verdict").broken_at, None);
    // Taken out.
    db.write_now(|conn| Ok(diesel::delete(journal::table.filter(journal::seq.eq(77))).execute(conn)?)).expect("a deletion");
    assert_eq!(db.read_now(|conn| verify(conn, 1, 120)).expect("a verdict").broken_at, Some(77));
}

#[test]
fn the_chain_on_sqlite() {
    let path = std::env::temp_dir().join(format!("nhipcau-{}.db", Id::fresh()));
    let url = Url::Sqlite(path.to_string_lossy().into_owned());
    migrate(&url).expect("a schema");
    story(&Db::open(&url, 4).expect("a database"));
    for ending in ["db", "db-wal", "db-shm"] {
        let _ = std::fs::remove_file(path.with_extension(ending));
    }
}

#[test]
fn the_chain_on_postgres() {
    let Ok(server) = std::env::var("NHIPCAU_TEST_POSTGRES_URL") else { return };
    let name = format!("nhipcau_{}", Id::fresh().0.simple());
    let base = server.rsplit_once('/').map_or(server.as_str(), |(base, _)| base).to_owned();
    let admin = Db::open(&Url::Postgres(server.clone()), 1).expect("a server");
    let run = |sql: String| admin.read_now(|conn| Ok(diesel::sql_query(sql).execute(conn)?)).expect("a statement");
    run(format!("CREATE DATABASE {name}"));
    let url = Url::Postgres(format!("{base}/{name}"));
    migrate(&url).expect("a schema");
    {
        story(&Db::open(&url, 8).expect("a database"));
    }
    run(format!("DROP DATABASE {name} WITH (FORCE)"));
}
