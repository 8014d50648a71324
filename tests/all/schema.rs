//! The two databases and `schema.rs` say the same; migrations go up, down and up.

use diesel::{
    QueryableByName, RunQueryDsl,
    sql_types::{Bool, Text},
};
use nhipcau::db::{self, Conn, Db, Url};
use std::collections::BTreeMap;

type Columns = BTreeMap<String, BTreeMap<String, bool>>;

#[derive(QueryableByName)]
struct Column {
    #[diesel(sql_type = Text)]
    table_name: String,
    #[diesel(sql_type = Text)]
    column_name: String,
    #[diesel(sql_type = Bool)]
    nullable: bool,
}

#[derive(QueryableByName)]
struct Key {
    #[diesel(sql_type = Text)]
    key: String,
}

fn columns(conn: &mut Conn) -> Columns {
    let rows: Vec<Column> = match conn {
        Conn::Postgres(c) => diesel::sql_query(
            "SELECT table_name::text, column_name::text, is_nullable = 'YES' AS nullable FROM information_schema.columns WHERE table_schema = 'public' AND table_name <> '__diesel_schema_migrations'",
        )
        .load(c)
        .expect("columns"),
        Conn::Sqlite(c) => diesel::sql_query(
            "SELECT m.name AS table_name, p.name AS column_name, p.\"notnull\" = 0 AS nullable FROM sqlite_master m JOIN pragma_table_info(m.name) p WHERE m.type = 'table' AND m.name NOT LIKE 'sqlite_%' AND m.name <> '__diesel_schema_migrations' AND m.name NOT LIKE '%\\_fts%' ESCAPE '\\'",
        )
        .load(c)
        .expect("columns"),
    };
    let mut all = Columns::new();
    for c in rows {
        all.entry(c.table_name).or_default().insert(c.column_name, c.nullable);
    }
    all
}

/// Unique keys as "table: column, column", sorted.
fn unique_keys(conn: &mut Conn) -> Vec<String> {
    let mut keys: Vec<String> = match conn {
        Conn::Postgres(c) => diesel::sql_query(
            "SELECT t.relname || ': ' || string_agg(a.attname, ', ' ORDER BY a.attname) AS key FROM pg_index i JOIN pg_class t ON t.oid = i.indrelid JOIN pg_namespace n ON n.oid = t.relnamespace JOIN pg_attribute a ON a.attrelid = t.oid AND a.attnum = ANY(i.indkey) WHERE i.indisunique AND n.nspname = 'public' AND t.relname <> '__diesel_schema_migrations' GROUP BY t.relname, i.indexrelid",
        )
        .load::<Key>(c),
        Conn::Sqlite(c) => diesel::sql_query(
            "SELECT t || ': ' || group_concat(c, ', ') AS key FROM (SELECT m.name AS t, l.name AS i, x.name AS c FROM sqlite_master m JOIN pragma_index_list(m.name) l JOIN pragma_index_info(l.name) x WHERE m.type = 'table' AND l.\"unique\" = 1 AND m.name <> '__diesel_schema_migrations' AND m.name NOT LIKE '%\\_fts%' ESCAPE '\\' ORDER BY m.name, l.name, x.name) GROUP BY t, i",
        )
        .load::<Key>(c),
    }
    .expect("keys")
    .into_iter()
    .map(|k| k.key)
    .collect();
    keys.sort();
    keys.dedup();
    keys
}

/// What `schema.rs` says, read from its text.
fn declared() -> Columns {
    let text = include_str!("../../src/schema.rs");
    let mut all = Columns::new();
    for block in text.split("table! {").skip(1) {
        let body = block.split_once("\n}").map_or(block, |(body, _)| body);
        let lines: Vec<&str> = body.lines().filter(|l| !l.trim_start().starts_with("use ") && !l.trim_start().starts_with("//")).collect();
        let flat = lines.join(" ");
        let Some((head, rest)) = flat.split_once('{') else { continue };
        let name = head.split_whitespace().find(|w| !w.starts_with('#')).expect("a table's name").split('(').next().expect("a name").to_owned();
        let columns = all.entry(name).or_default();
        for part in rest.split("->").collect::<Vec<_>>().windows(2) {
            let column = part[0].split([',', '{', ' ']).rfind(|w| !w.trim().is_empty()).expect("a column").trim().to_owned();
            columns.insert(column, part[1].trim_start().starts_with("Nullable"));
        }
    }
    all
}

fn sqlite(name: &str) -> (Url, Db) {
    let path = std::env::temp_dir().join(format!("nhipcau-schema-{}-{name}.db", std::process::id()));
    drop(std::fs::remove_file(&path));
    let url = Url::Sqlite(path.to_string_lossy().into_owned());
    db::migrate(&url).expect("migrations run");
    (url.clone(), Db::open(&url, 1).expect("it opens"))
}

#[test]
fn the_schema_file_is_what_the_embedded_database_has() {
    let (_, db) = sqlite("declared");
    let there = db.read_now(|conn| Ok(columns(conn))).expect("a read");
    let said = declared();
    for (table, columns) in &there {
        assert_eq!(said.get(table), Some(columns), "table {table}");
    }
    assert_eq!(there.keys().collect::<Vec<_>>(), said.keys().collect::<Vec<_>>());
}

#[test]
fn migrations_go_up_down_and_up() {
    let (url, db) = sqlite("updown");
    let before = db.read_now(|conn| Ok(columns(conn))).expect("a read");
    drop(db);
    db::revert_all(&url).expect("down");
    let db = Db::open(&url, 1).expect("it opens");
    assert!(db.read_now(|conn| Ok(columns(conn))).expect("a read").is_empty());
    drop(db);
    db::migrate(&url).expect("up again");
    let db = Db::open(&url, 1).expect("it opens");
    assert_eq!(db.read_now(|conn| Ok(columns(conn))).expect("a read"), before);
}

#[test]
fn both_databases_have_the_same_tables_columns_and_keys() {
    let Some(house) = crate::harness::on_postgres("2021-06-01T08:00") else { return };
    let (_, embedded) = sqlite("same");
    let theirs = house.db.read_now(|conn| Ok((columns(conn), unique_keys(conn)))).expect("a read");
    let ours = embedded.read_now(|conn| Ok((columns(conn), unique_keys(conn)))).expect("a read");
    assert_eq!(ours.0, theirs.0);
    assert_eq!(ours.1, theirs.1);
    // Down and up on PostgreSQL as well.
    let Url::Postgres(_) = &house.url else { panic!("not on PostgreSQL") };
    db::revert_all(&house.url).expect("down");
    assert!(house.db.read_now(|conn| Ok(columns(conn))).expect("a read").is_empty());
    db::migrate(&house.url).expect("up again");
    assert_eq!(house.db.read_now(|conn| Ok(columns(conn))).expect("a read"), theirs.0);
}
