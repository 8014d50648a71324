//! Records that people cite are found by their codes, wherever an address names them (API.md, Shape).

use crate::harness::{House, each};
use serde_json::{Value, json};

fn org(house: &House, code: &str) -> Value {
    json!(house.organization("BDI", code).id)
}

#[test]
fn a_code_names_the_record_wherever_its_id_does() {
    each("2021-10-20T08:00", |house| {
        house.load("binh_dinh");
        let (ubnd, officer) = (house.person("BDI", "UBND", "leader"), house.person("BDI", "UBND", "officer"));
        let sent = ubnd.post("/recommendations", json!({ "kind": "obstacle", "title": "Khó khăn", "content": "Thiếu kinh phí", "send": true })).expect(201);
        let period = |regime: &str| json!({ "regime_id": regime, "title": "Báo cáo đột xuất" });
        let regime = ubnd.get("/reporting-regimes").expect(200).items()[0].clone();
        house.person("BDI", "LHHN", "leader").post("/reporting-periods", period(regime["id"].as_str().expect("an id"))).expect(201);
        let collections = ["plans", "tasks", "documents", "recommendations", "reporting-regimes", "reporting-periods"];
        let administrator = house.administrator();
        for collection in collections {
            let item = ubnd.get(&format!("/{collection}")).expect(200).items()[0].clone();
            let (id, code) = (item["id"].as_str().expect("an id"), item["code"].as_str().expect("a code"));
            let (by_id, by_code) = (ubnd.get(&format!("/{collection}/{id}")).expect(200), ubnd.get(&format!("/{collection}/{code}")).expect(200));
            assert_eq!(by_code["id"], item["id"]);
            assert_eq!((by_id.json.clone(), by_id.etag()), (by_code.json.clone(), by_code.etag()), "{code}");
            let head = ubnd.send("HEAD", &format!("/{collection}/{code}"), &[], None).expect(200);
            assert_eq!(head.etag(), by_id.etag());
            ubnd.send("GET", &format!("/{collection}/{code}"), &[("if-none-match", &by_id.etag())], None).expect(304);
            // A code that nobody bears, and one of somebody who may not see it, are alike.
            let nobody = ubnd.get(&format!("/{collection}/{}9", &code[..code.len() - 1])).expect(404);
            let hidden = administrator.get(&format!("/{collection}/{code}"));
            assert!([403, 404].contains(&hidden.status), "{}", hidden.json);
            assert_eq!(nobody["instance"], json!(format!("/api/v1/{collection}/{}9", &code[..code.len() - 1])));
            ubnd.get(&format!("/{collection}/khong-phai-ma")).expect(404);
        }
        // Below a code, and in writing: address, parameters, version and journal are those of the record.
        let code = sent["code"].as_str().expect("a code").to_owned();
        assert!(code.starts_with("KN-BDI-2021-"), "{code}");
        let path = format!("/recommendations/{code}");
        house.person("BDI", "SYT", "leader").get(&path).expect(404);
        ubnd.send("POST", &format!("{path}/transitions"), &[], Some(&json!({ "action": "forward" }))).expect(428);
        let plan = officer.post("/plans", json!({ "title": "Kế hoạch thứ hai" })).expect(201);
        let path = format!("/plans/{}", plan["code"].as_str().expect("a code"));
        assert_eq!(officer.patch(&path, &plan, json!({ "title": "Kế hoạch hai" })).expect(200)["id"], plan["id"]);
        house.person("BDI", "SYT", "leader").get(&path).expect(404);
        let task = json!({ "plan_id": plan["id"], "content": "Việc", "form": "assign", "due_on": "2021-12-31", "assignees": [{ "organization_id": org(house, "SYT"), "role": "lead" }] });
        let task = officer.post("/tasks", task).expect(201)["code"].as_str().expect("a code").to_owned();
        ubnd.step(&path, json!({ "action": "activate" })).expect(200);
        let lead = house.person("BDI", "SYT", "officer");
        lead.step(&format!("/tasks/{task}"), json!({ "action": "start" })).expect(200);
        lead.post(&format!("/tasks/{task}/progress"), json!({ "text": "Đã làm", "percent": 50 })).expect(201);
        assert_eq!(lead.get(&format!("/tasks/{task}/progress?limit=1")).expect(200).items().len(), 1);
        assert_eq!(lead.get(&format!("/tasks/{task}/occurrences?limit=1")).expect(200).items().len(), 1);
        assert_eq!(ubnd.get(&format!("{path}/progress")).expect(200).items().len(), 1);
        let drafted = officer.get(&path).expect(200);
        officer.delete(&path, &drafted).expect(409);
        // Elsewhere an id is an id.
        lead.get("/task-parts/NV-BDI-2021-0001").expect(404);
    });
}
