//! What a page costs does not grow with its rows: the number of statements is that of the shortest page.

use super::world::World;
use crate::harness::each;

#[test]
fn a_long_page_takes_no_more_statements_than_a_short_one() {
    each("2021-06-01T08:00", |house| {
        let world = World::build(house);
        let document = house.send("GET", "/api/v1/openapi.json", &[], None).expect(200);
        let lists: Vec<&String> = document["paths"]
            .as_object()
            .expect("paths")
            .iter()
            .filter(|(path, item)| !path.contains('{') && item["get"]["parameters"].as_array().is_some_and(|all| all.iter().any(|p| p["name"] == "limit")))
            .map(|(path, _)| path)
            .collect();
        assert!(lists.len() >= 24, "the document's lists are found: {}", lists.len());
        let (mut faults, mut long) = (Vec::new(), 0);
        for (code, position) in [("UBND", "leader"), ("SVHTT", "leader"), ("SYT", "clerk")] {
            let caller = world.at(code, position);
            for path in &lists {
                // The sequencer works beside us: the fewest of several tries is ours alone.
                let cost = |limit: usize| {
                    let tries = (0..4).map(|_| {
                        let before = house.statements();
                        let reply = caller.get(&format!("{path}?limit={limit}"));
                        (house.statements() - before, reply)
                    });
                    tries.min_by_key(|(cost, _)| *cost).expect("tries")
                };
                let ((one, short), (all, whole)) = (cost(1), cost(200));
                if short.status == 403 {
                    continue;
                }
                assert_eq!((short.status, whole.status), (200, 200), "{path} as {code}: {} {}", short.json, whole.json);
                long += usize::from(whole.items().len() > 1);
                if all > one {
                    faults.push(format!("{path} as {code}: {one} statements for one row, {all} for {}", whole.items().len()));
                }
            }
        }
        assert!(faults.is_empty(), "{}", faults.join("\n"));
        assert!(long >= 30, "enough lists have rows to tell: {long}");
    });
}
