//! The rules of the house as a machine: a file looks down the stairs, never up.

use std::{
    fs,
    path::{Path, PathBuf},
};

/// Floors, lowest first; a name on one floor may use every name before it in this list.
const GROUND: &[&str] = &["words", "error", "id", "time", "text", "secrecy", "period", "calendar", "ontime", "page", "schema"];
const TOOLS: &[&str] = &[
    "config",
    "db",
    "filters",
    "authz",
    "ask",
    "flow",
    "journal",
    "calendars",
    "sequencer",
    "feed",
    "ics",
    "includes",
    "access_reads",
    "http",
    "worker",
    "export",
    "files",
    "reading",
];
const SLICES: &[&str] = &[
    "organizations",
    "people",
    "documents",
    "plans",
    "reporting",
    "readings",
    "recommendations",
    "statistics",
    "drafting",
    "mandates",
    "mergers",
    "exchange",
    "notices",
    "audit",
    "calendar_days",
    "meta",
];

/// What a file of the ground may say although it stands higher: the column types behind the tables.
const ALLOWED: &[(&str, &str)] = &[("schema", "db")];

fn rust_files(dir: &Path) -> Vec<PathBuf> {
    let mut all = Vec::new();
    for entry in fs::read_dir(dir).expect("a folder") {
        let path = entry.expect("an entry").path();
        if path.is_dir() {
            all.extend(rust_files(&path));
        } else if path.extension().is_some_and(|e| e == "rs") {
            all.push(path);
        }
    }
    all.sort();
    all
}

/// Every name that the code of a file takes directly from `prefix` (`crate::` or `super::`), alone or in a list; comments
/// and tests aside.
fn named(text: &str, prefix: &str) -> Vec<String> {
    let code = text.split("#[cfg(test)]").next().unwrap_or_default();
    let code = code.lines().filter(|l| !l.trim_start().starts_with("//")).collect::<Vec<_>>().join("\n");
    let word = |text: &str| text.trim_start().chars().take_while(|c| c.is_alphanumeric() || *c == '_').collect::<String>();
    let mut all = Vec::new();
    for (at, _) in code.match_indices(prefix) {
        // `super::super::x` is not ours to say here, and `subsuper::` is another name.
        if code[..at].ends_with(|c: char| c.is_alphanumeric() || c == '_' || c == ':') {
            continue;
        }
        let rest = &code[at + prefix.len()..];
        let Some(list) = rest.strip_prefix('{') else {
            all.push(word(rest));
            continue;
        };
        let mut depth = 0;
        let mut entry = String::new();
        for c in list.chars() {
            match c {
                '}' if depth == 0 => break,
                ',' if depth == 0 => all.push(word(&std::mem::take(&mut entry))),
                '{' => depth += 1,
                '}' => depth -= 1,
                _ => entry.push(c),
            }
        }
        all.push(word(&entry));
    }
    all.retain(|name| !name.is_empty());
    all
}

#[test]
fn names_are_found_wherever_a_use_may_put_them() {
    let text = "use crate::{a::{x, y}, b, c::z};\n// use crate::no;\nfn f() { crate::d::g() }\n#[cfg(test)]\nuse crate::no;";
    assert_eq!(named(text, "crate::"), ["a", "b", "c", "d"]);
    assert_eq!(named("use super::{\n    model::X,\n    workflow,\n};\nuse super::super::far;", "super::"), ["model", "workflow", "super"]);
}

fn top(path: &Path) -> String {
    let inside = path.strip_prefix("src").expect("a source file");
    let first = inside.components().next().expect("a name").as_os_str().to_string_lossy().into_owned();
    first.trim_end_matches(".rs").to_owned()
}

#[test]
fn no_file_looks_up_the_stairs() {
    let floors: Vec<&str> = GROUND.iter().chain(TOOLS).chain(SLICES).copied().collect();
    let mut wrong = Vec::new();
    for path in rust_files(Path::new("src")) {
        let own = top(&path);
        let Some(at) = floors.iter().position(|f| *f == own) else {
            assert!(["lib", "main", "server", "seed", "terminal"].contains(&own.as_str()), "{} stands on no floor", path.display());
            continue;
        };
        let text = fs::read_to_string(&path).expect("a file");
        for name in named(&text, "crate::") {
            if name == own || ALLOWED.contains(&(own.as_str(), name.as_str())) {
                continue;
            }
            // Within ground and within tools a file may use its neighbours; a slice only the slices before it.
            let floor_of = |n: &str| {
                if GROUND.contains(&n) {
                    0
                } else if TOOLS.contains(&n) {
                    1
                } else {
                    2
                }
            };
            let Some(there) = floors.iter().position(|f| *f == name) else { continue };
            let up = if floor_of(&own) == 2 { there > at } else { floor_of(&name) > floor_of(&own) };
            if up {
                wrong.push(format!("{} uses crate::{name}", path.display()));
            }
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

#[test]
fn inside_a_slice_nobody_uses_a_higher_step() {
    const STEPS: &[&str] = &["model", "policy", "store", "workflow", "routes"];
    let mut wrong = Vec::new();
    for path in rust_files(Path::new("src")) {
        let stem = path.file_stem().expect("a name").to_string_lossy().into_owned();
        let Some(at) = STEPS.iter().position(|s| *s == stem) else { continue };
        let text = fs::read_to_string(&path).expect("a file");
        for name in named(&text, "super::").into_iter().filter(|name| STEPS[at + 1..].contains(&name.as_str())) {
            wrong.push(format!("{} uses {name}", path.display()));
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

#[test]
fn only_db_names_a_database() {
    let mut wrong = Vec::new();
    for path in rust_files(Path::new("src")) {
        if ["db", "config", "main", "lib", "server"].contains(&top(&path).as_str()) {
            continue;
        }
        let text = fs::read_to_string(&path).expect("a file");
        for (at, line) in text.lines().enumerate() {
            let code = line.split("//").next().unwrap_or_default();
            for name in ["Conn::Postgres", "Conn::Sqlite", "diesel::pg", "diesel::sqlite", "PgConnection", "SqliteConnection", "PRAGMA", "pg_advisory"] {
                if code.contains(name) {
                    wrong.push(format!("{}:{} names {name}", path.display(), at + 1));
                }
            }
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

/// Null is read by the one attribute and documented by the other; a member of a patch has both or neither.
#[test]
fn what_a_patch_clears_it_also_documents() {
    let mut wrong = Vec::new();
    for path in rust_files(Path::new("src")) {
        let text = fs::read_to_string(&path).expect("a file");
        for body in text.split("pub struct ").skip(1).filter(|body| body.split(' ').next().is_some_and(|name| name.ends_with("Patch"))) {
            let mut attributes = String::new();
            for line in body.lines().skip(1).take_while(|line| *line != "}") {
                if !line.trim_start().starts_with("pub ") {
                    attributes.push_str(line);
                    continue;
                }
                let reads = attributes.contains("#[serde(default, ") && attributes.contains("deserialize_with = \"crate::http::clearable\"");
                let says = attributes.contains("value_type = ") && !attributes.contains("value_type = Option<");
                let clears = line.contains(": Option<Option<");
                if reads != clears || says != clears {
                    wrong.push(format!("{}: {}", path.display(), line.trim()));
                }
                attributes.clear();
            }
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

#[test]
fn no_request_can_reach_a_panic() {
    let mut wrong = Vec::new();
    for path in rust_files(Path::new("src")) {
        let text = fs::read_to_string(&path).expect("a file");
        let code = text.split("#[cfg(test)]").next().unwrap_or_default();
        if path.file_name().is_some_and(|n| n == "tests.rs") {
            continue;
        }
        for (at, line) in code.lines().enumerate() {
            let line = line.split("//").next().unwrap_or_default();
            for word in [".unwrap()", ".expect(", "panic!(", "todo!(", "unimplemented!(", "unreachable!("] {
                if line.contains(word) {
                    wrong.push(format!("{}:{} says {word}", path.display(), at + 1));
                }
            }
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

#[test]
fn no_two_locks_have_one_number() {
    let mut held: Vec<(String, String)> = Vec::new();
    for path in rust_files(Path::new("src")) {
        let text = fs::read_to_string(&path).expect("a file");
        for line in text.lines().filter(|l| l.contains("_LOCK: i64 =")) {
            let number = line.rsplit('=').next().unwrap_or_default().trim().trim_end_matches(';').to_owned();
            held.push((number, format!("{}: {line}", path.display())));
        }
    }
    held.sort();
    let twice: Vec<_> = held.windows(2).filter(|two| two[0].0 == two[1].0).collect();
    assert!(held.len() > 3 && twice.is_empty(), "{held:?}");
}
