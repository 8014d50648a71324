//! The drawn life cycles are golden: `docs/flows.md` is written by hand from the rules, and the program must be as drawn.

/// Each heading with the drawing that follows it.
fn drawn() -> Vec<(String, String)> {
    let text = std::fs::read_to_string(concat!(env!("CARGO_MANIFEST_DIR"), "/docs/flows.md")).expect("docs/flows.md");
    text.split("\n## ")
        .skip(1)
        .map(|section| {
            let (name, rest) = section.split_once('\n').expect("a heading");
            let drawing = rest.split("```mermaid\n").nth(1).and_then(|r| r.split("```").next()).expect("a drawing");
            (name.trim().to_owned(), drawing.to_owned())
        })
        .collect()
}

#[test]
fn life_cycles_are_as_drawn() {
    let mut drawn = drawn();
    let mut built: Vec<(String, String)> = nhipcau::flows().into_iter().map(|(name, drawing)| (name.to_owned(), drawing)).collect();
    drawn.sort();
    built.sort();
    let names = |all: &[(String, String)]| all.iter().map(|(name, _)| name.clone()).collect::<Vec<_>>();
    assert_eq!(names(&built), names(&drawn), "every life cycle is drawn once");
    for ((name, built), (_, drawn)) in built.iter().zip(&drawn) {
        assert_eq!(built, drawn, "{name}");
    }
}
