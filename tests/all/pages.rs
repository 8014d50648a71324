//! Pages of a list stay as they were begun, whatever others write meanwhile.

use crate::harness::each;
use serde_json::json;

#[test]
fn what_comes_and_goes_between_two_pages_moves_no_other_row() {
    each("2021-11-01T08:00", |house| {
        house.load_agencies("binh_dinh");
        let officer = house.person("BDI", "SYT", "officer");
        let add = |title: String| officer.post("/recommendations", json!({ "kind": "obstacle", "title": title, "content": "Chờ" })).expect(201);
        for (sort, newest_first) in [("-created_at", true), ("created_at", false)] {
            let old: Vec<String> = (0..10).map(|n| add(format!("{sort} {n}")).id()).collect();
            let since = officer.get(&format!("/recommendations/{}", old[0])).expect(200)["created_at"].as_str().expect("a moment").to_owned();
            let (mut seen, mut cursor): (Vec<String>, String) = (Vec::new(), String::new());
            for turn in 0.. {
                let page = officer.get(&format!("/recommendations?sort={sort}&limit=3&created_at[gte]={since}{cursor}")).expect(200);
                seen.extend(page.items().iter().map(|r| r["id"].as_str().expect("an id").to_owned()));
                let Some(next) = page["next_cursor"].as_str() else { break };
                cursor = format!("&cursor={next}");
                // Two come, and one that has been read already goes.
                if turn < 3 {
                    house.wait(1);
                    add(format!("thêm {turn}"));
                    add(format!("thêm nữa {turn}"));
                    let gone = format!("/recommendations/{}", seen[turn]);
                    officer.delete(&gone, &officer.get(&gone).expect(200)).expect(204);
                }
            }
            let mut wanted = old.clone();
            if newest_first {
                wanted.reverse();
                assert_eq!(seen, wanted);
            } else {
                // Those that came later follow those that were there, each once.
                assert_eq!((&seen[..10], seen.len()), (&wanted[..], 16));
                assert_eq!(seen.iter().collect::<std::collections::BTreeSet<_>>().len(), 16);
            }
            house.wait(1);
        }
    });
}
