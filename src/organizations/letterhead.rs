//! How an organisation heads its papers: layout, organisation above, own name, place; labels follow the province's type
//! (RULES 7).

use super::{
    model::{Level, Organization, OrganizationKind},
    provinces::{self, ProvinceKind},
    store,
};
use crate::{
    db::Conn,
    error::Result,
    export::paper::{Layout, capital},
};

/// The head of an organisation's papers.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Letterhead {
    /// State or Party.
    pub layout: Layout,
    /// The organisation above, as it stands over the issuer's name.
    pub superior: Option<String>,
    /// The issuer as its head has it.
    pub agency: String,
    /// Where papers are dated.
    pub place: String,
    /// `TM. Ủy ban nhân dân`, `T/M Ban cán sự đảng`: for bodies that decide together; none for those with one head.
    pub on_behalf_of: Option<String>,
    /// The province's name as it ends those of its bodies: `tỉnh Bình Định`, `thành phố Cần Thơ`.
    pub province: String,
}

/// Reads what the head of an organisation's papers says.
pub fn letterhead(conn: &mut Conn, organization: &Organization) -> Result<Letterhead> {
    let province = provinces::find(conn, organization.province_id)?;
    let parent = organization.parent_id.map(|id| store::find(conn, id)).transpose()?;
    let kind = if province.kind == ProvinceKind::City { "thành phố" } else { "tỉnh" };
    let label = format!("{kind} {}", province.short_name);
    Ok(head(organization, parent.as_ref().map(|p| p.name.as_str()), &province.short_name, province.kind, label))
}

fn head(organization: &Organization, parent: Option<&str>, place: &str, kind: ProvinceKind, province: String) -> Letterhead {
    let is_party = organization.kind == OrganizationKind::PartyBody;
    let committee = if kind == ProvinceKind::City { "Thành ủy" } else { "Tỉnh ủy" };
    // A Party body of the province stands under its committee, unless it is the committee's own (unconfirmed).
    let is_committee = organization.name.contains(committee);
    let superior = match parent {
        Some(parent) => Some(parent.to_owned()),
        None if is_party && organization.level == Level::Province && !is_committee => Some(format!("{committee} {place}")),
        None => None,
    };
    Letterhead {
        layout: if is_party { Layout::Party } else { Layout::State },
        agency: match &superior {
            // What the line above says already is not said again.
            Some(above) => without(&organization.name, above, &province, place),
            None => organization.name.clone(),
        },
        on_behalf_of: on_behalf_of(organization),
        superior,
        place: place.to_owned(),
        province,
    }
}

/// `Sở Ngoại vụ tỉnh Bình Định` below UBND of the province is `Sở Ngoại vụ`; `Văn phòng Ủy ban nhân dân tỉnh Bình Định` is
/// `Văn phòng`; a Party body leaves out the province's own name.
fn without(name: &str, above: &str, province: &str, place: &str) -> String {
    // What would end with "Ủy ban nhân dân" alone keeps its "tỉnh": Ban cán sự đảng Ủy ban nhân dân tỉnh.
    let is_whole = |rest: &&str| !rest.is_empty() && !rest.ends_with("Ủy ban nhân dân");
    let rest = [above, province, place].into_iter().find_map(|tail| name.strip_suffix(tail).map(str::trim_end).filter(is_whole));
    capital(rest.unwrap_or(name))
}

fn on_behalf_of(organization: &Organization) -> Option<String> {
    match organization.kind {
        OrganizationKind::PeopleCommittee | OrganizationKind::DistrictPeopleCommittee => Some("TM. Ủy ban nhân dân".to_owned()),
        OrganizationKind::PeopleCouncil => Some("TM. Hội đồng nhân dân".to_owned()),
        OrganizationKind::PartyBody => {
            let ends = [" Tỉnh ủy", " Thành ủy", " Ủy ban nhân dân", " UBND"];
            let at = ends.iter().filter_map(|end| organization.name.find(end)).min().unwrap_or(organization.name.len());
            Some(format!("T/M {}", &organization.name[..at]))
        }
        _ => None,
    }
}

/// A department's name without the province's, as tables and lists of one province have it.
pub fn local_name(name: &str, province: &str) -> String {
    match name.strip_suffix(province).map(str::trim_end) {
        Some(short) if short.starts_with("Sở ") || short.starts_with("Ban ") || short.starts_with("Hội ") => short.to_owned(),
        _ => name.to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{id::Id, time::Stamp};
    use chrono::DateTime;

    fn organization(name: &str, kind: OrganizationKind) -> Organization {
        Organization {
            id: Id::fresh(),
            province_id: Id::fresh(),
            parent_id: None,
            code: "X".to_owned(),
            electronic_identifier: None,
            name: name.to_owned(),
            name_en: None,
            short_name: None,
            name_fold: String::new(),
            kind,
            level: Level::Province,
            has_users: true,
            state: super::super::OrganizationState::Active,
            valid_from: None,
            valid_to: None,
            archived_at: None,
            seed_key: None,
            version: 1,
            created_at: Stamp::from(DateTime::UNIX_EPOCH),
            created_by: None,
            updated_at: Stamp::from(DateTime::UNIX_EPOCH),
            updated_by: None,
        }
    }

    #[test]
    fn heads_as_papers_have_them() {
        use OrganizationKind as K;
        let ubnd = "Ủy ban nhân dân tỉnh Bình Định";
        for (name, kind, parent, superior, agency, behalf) in [
            ("Sở Ngoại vụ tỉnh Bình Định", K::Department, Some(ubnd), Some(ubnd), "Sở Ngoại vụ", None),
            ("Văn phòng Ủy ban nhân dân tỉnh Bình Định", K::Office, Some(ubnd), Some(ubnd), "Văn phòng", None),
            (ubnd, K::PeopleCommittee, None, None, ubnd, Some("TM. Ủy ban nhân dân")),
            ("Liên hiệp các tổ chức hữu nghị tỉnh Bình Định", K::Union, None, None, "Liên hiệp các tổ chức hữu nghị tỉnh Bình Định", None),
            (
                "Ban cán sự đảng Ủy ban nhân dân tỉnh Bình Định",
                K::PartyBody,
                None,
                Some("Tỉnh ủy Bình Định"),
                "Ban cán sự đảng Ủy ban nhân dân tỉnh",
                Some("T/M Ban cán sự đảng"),
            ),
            ("Ban Thường vụ Tỉnh ủy Bình Định", K::PartyBody, None, None, "Ban Thường vụ Tỉnh ủy Bình Định", Some("T/M Ban Thường vụ")),
        ] {
            let told = head(&organization(name, kind), parent, "Bình Định", ProvinceKind::Province, "tỉnh Bình Định".to_owned());
            assert_eq!((told.superior.as_deref(), told.agency.as_str(), told.on_behalf_of.as_deref()), (superior, agency, behalf), "{name}");
        }
        let city = head(&organization("Đảng ủy khối", K::PartyBody), None, "Cần Thơ", ProvinceKind::City, "thành phố Cần Thơ".to_owned());
        assert_eq!((city.superior.as_deref(), city.layout), (Some("Thành ủy Cần Thơ"), Layout::Party));
        assert_eq!(local_name("Sở Y tế thành phố Cần Thơ", "thành phố Cần Thơ"), "Sở Y tế");
        assert_eq!(local_name("Ủy ban nhân dân thành phố Cần Thơ", "thành phố Cần Thơ"), "Ủy ban nhân dân thành phố Cần Thơ");
    }
}
