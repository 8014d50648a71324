//! What happens to a document after it was sent.

use crate::harness::each;
use serde_json::json;

#[test]
fn a_text_may_be_made_known_before_it_is_acknowledged_but_not_before_it_came() {
    each("2021-06-01T08:00", |house| {
        house.load_agencies("binh_dinh");
        let office = |position: &str| house.person("BDI", "VPUBND", position);
        let clerk = house.person("BDI", "SYT", "clerk");
        let send = |summary: &str| {
            let letter = json!({ "kind": "official_letter", "symbol": "VPUBND-VX", "summary": summary, "signer": { "name": "Nguyễn Thí Dụ", "position": "Chánh Văn phòng" },
                "recipients": [{ "organization_id": house.organization("BDI", "SYT").id, "purpose": "carry_out" }] });
            let id = office("officer").post("/documents", letter).expect(201).id();
            office("leader").step(&format!("/documents/{id}"), json!({ "action": "sign" })).expect(200);
            office("clerk").step(&format!("/documents/{id}"), json!({ "action": "issue" })).expect(200);
            let delivery = clerk.get(&format!("/deliveries?document_id={id}")).expect(200).items()[0]["id"].as_str().expect("an id").to_owned();
            format!("/deliveries/{delivery}")
        };
        let spread = |on: &str| json!({ "action": "disseminate", "on": on, "dissemination": { "form": "Hội nghị", "people_count": 30 } });
        let (direct, registered) = (send("Thư một"), send("Thư hai"));
        house.at("2021-06-04T08:00");
        clerk.step(&registered, json!({ "action": "deliver" })).expect(200);
        house.at("2021-06-10T08:00");
        for path in [&direct, &registered] {
            clerk.step(path, json!({ "action": "acknowledge" })).expect(200);
        }
        // Sent on 1/6, read out on 5/6, acknowledged on 10/6.
        assert_eq!(clerk.step(&direct, spread("2021-05-31")).expect(422).fault("/on"), Some("too_early"));
        assert_eq!(clerk.step(&direct, spread("2021-06-11")).expect(422).fault("/on"), Some("in_future"));
        assert_eq!(clerk.step(&direct, spread("2021-06-05")).expect(200)["disseminated_on"], "2021-06-05");
        // It is known to have come on 4/6.
        assert_eq!(clerk.step(&registered, spread("2021-06-03")).expect(422).fault("/on"), Some("too_early"));
        assert_eq!(clerk.step(&registered, spread("2021-06-04")).expect(200)["disseminated_on"], "2021-06-04");
    });
}
