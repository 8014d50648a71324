//! The matrix that the code prints equals the one written by hand (RULES 5).

use std::collections::BTreeSet;

/// Short words of the hand-written file for several positions.
fn positions(word: &str) -> Vec<&str> {
    match word {
        "readers" => vec!["leader", "officer", "clerk", "viewer", "org_admin"],
        "drafters" => vec!["leader", "officer"],
        "handlers" => vec!["leader", "clerk"],
        one => vec![one],
    }
}

/// The hand-written file, one line an act: slice, who, position, standing, act.
pub fn expected() -> BTreeSet<String> {
    let mut lines = BTreeSet::new();
    for line in include_str!("expected.txt").lines().filter(|l| !l.trim().is_empty() && !l.starts_with('#')) {
        let columns: Vec<&str> = line.split('|').map(str::trim).collect();
        let [slice, who, at, standings, acts] = columns.as_slice() else { panic!("five columns: {line}") };
        for position in at.split_whitespace().flat_map(positions) {
            for standing in standings.split_whitespace() {
                for act in acts.split_whitespace() {
                    lines.insert(format!("{slice}\t{who}\t{position}\t{standing}\t{act}"));
                }
            }
        }
    }
    lines
}

#[test]
fn the_code_prints_the_policy_that_was_written_by_hand() {
    let expected = expected();
    let printed: BTreeSet<String> = nhipcau::policy_matrix().lines().map(str::to_owned).collect();
    let mut differences: Vec<String> = printed.difference(&expected).map(|l| format!("+ the code alone: {l}")).collect();
    differences.extend(expected.difference(&printed).map(|l| format!("- the table alone: {l}")));
    assert!(differences.is_empty(), "{} differences:\n{}", differences.len(), differences.join("\n"));
}
