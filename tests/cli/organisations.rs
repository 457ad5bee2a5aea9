//! Guards that bodies come in from the tables that people have, are found by what people call
//! them, and change only by records that say why and since when.

use crate::site::{Site, check};

const AUTHORITIES: &str = "\
gss_code,name,official_name,type,region,local_authority_code,gov_uk_slug
E06000014,York,City of York Council,Unitary authority,Yorkshire and The Humber,YOR,york
E10000007,Derbyshire,Derbyshire County Council,County,East of England,DBY,derbyshire
E06000015,Derby,Derby City Council,Unitary authority,East Midlands,DER,derby
";

const BOARDS: &str = "\
ons_code,ods_code,name,valid_as_at
E54000008,QYG,NHS Cheshire and Merseyside Integrated Care Board,2023-04
E54000010,QNC,NHS Staffordshire and Stoke-on-Trent Integrated Care Board,2023-04
E54000011,QOC,\"NHS Shropshire, Telford and Wrekin Integrated Care Board\",2023-04
";

fn site() -> Site {
    let site = Site::begun();
    site.write("authorities.csv", AUTHORITIES);
    site.write("boards.csv", BOARDS);
    site
}

#[test]
fn authorities_and_boards_come_from_their_tables() {
    let site = site();
    let text = site.transcript(&[
        "organisation import authorities.csv",
        "organisation import boards.csv",
        "organisation import authorities.csv",
        "organisation import boards.csv",
        "organisation list",
        "organisation list --kind integrated_care_system --format csv",
        "organisation show QOC",
        "organisation show York",
    ]);
    check("organisations_tables", &text);
}

#[test]
fn a_body_is_found_by_whatever_it_is_called() {
    let site = site();
    site.ok("organisation import authorities.csv");
    site.ok("organisation import boards.csv");
    for (text, code) in [
        ("E06000014", "E06000014"),
        ("e06000014", "E06000014"),
        ("York", "E06000014"),
        ("yOrK", "E06000014"),
        ("yo", "E06000014"),
        ("City of York Council", "E06000014"),
        ("city of", "E06000014"),
        ("YOR", "E06000014"),
        ("QOC", "E54000011"),
        ("qoc", "E54000011"),
        ("shrop", "E54000011"),
        ("Shropshire, Telford and Wrekin", "E54000011"),
        ("NHS Shrop", "E54000011"),
        // The whole name of one is the beginning of another.
        ("Derby", "E06000015"),
        ("Derbys", "E10000007"),
    ] {
        let found = site.rows(&format!("organisation show '{text}'"));
        assert_eq!(found[0]["organisation"], code, "{text}");
    }
    let text = site.transcript(&[
        "organisation show Derb",
        "organisation show NHS",
        "organisation show Yorkshire",
    ]);
    check("organisations_ambiguous", &text);
}

#[test]
fn a_table_completes_what_a_publication_made_known() {
    let site = site();
    site.ok_with("publication import -", crate::site::PUBLISHED);
    let known = &site.rows("organisation show York")[0];
    assert_eq!((known["region"].as_str(), known["aliases"].as_str()), ("", ""));
    let said = site.ok("organisation import authorities.csv");
    let told = "authorities.csv: 3 recorded (3 records), 0 already there, 0 refused\n";
    assert_eq!(said, format!("{told}signed a checkpoint of 106 records\n"));
    let known = &site.rows("organisation show YOR")[0];
    assert_eq!(known["region"], "Yorkshire and The Humber");
    assert_eq!(known["official_name"], "City of York Council");
    let said = site.ok("organisation import authorities.csv");
    assert_eq!(said, "authorities.csv: 0 recorded (0 records), 3 already there, 0 refused\n");
    let said = site.ok_with("publication import -", crate::site::PUBLISHED);
    assert_eq!(said, "-: 0 recorded (0 records), 50 already there, 0 refused\n");
}

#[test]
fn a_wrong_region_is_corrected_with_a_reason() {
    let site = site();
    site.ok("organisation import authorities.csv");
    let amend = "organisation amend Derbyshire --region 'East Midlands'";
    let text = site.transcript(&[
        amend,
        &format!("{amend} --reason whim"),
        "organisation amend Derbyshire --reason source_corrected",
        &format!("{amend} --reason source_corrected"),
        &format!("{amend} --reason source_corrected"),
        "organisation show Derbyshire",
        "organisation import authorities.csv",
        "organisation show Derbyshire --as-of 3 --format csv",
    ]);
    check("organisations_amend", &text);
}

#[test]
fn bodies_that_merge_are_kept_and_point_on() {
    let site = Site::begun();
    site.register("X99000001", "Exampleshire", "local_authority");
    site.register("X99000002", "Samplebridge", "local_authority");
    site.register("X99000003", "Testford", "local_authority");
    site.register("X99000004", "Sample System", "integrated_care_system");
    site.ok("framework adopt la-2025 --date 2026-01-01");
    let open = "assessment open Samplebridge --framework la-2025 --kind comprehensive --date";
    let text = site.transcript(&[
        "organisation succeed Samplebridge --into Samplebridge --on 2026-04-01",
        "organisation succeed 'Sample System' --into Exampleshire --on 2026-04-01",
        "organisation succeed Samplebridge --into Exampleshire --on 2999-04-01",
        "organisation succeed Samplebridge Testford --into Exampleshire --on 2026-04-01",
        "organisation succeed Samplebridge Testford --into Exampleshire --on 2026-04-01",
        "organisation succeed Samplebridge --into Testford --on 2026-05-01",
        "organisation show Samplebridge",
        &format!("{open} 2026-04-02"),
        &format!("{open} 2026-03-31"),
        "organisation show Samplebridge --effective 2026-03-31 --format csv",
        "organisation show Samplebridge --effective 2026-04-01 --format csv",
    ]);
    check("organisations_succeed", &text);
}

#[test]
fn an_area_is_dated_and_many_to_many() {
    let site = Site::begun();
    site.register("X99000001", "Exampleshire", "local_authority");
    site.register("X99000002", "Samplebridge", "local_authority");
    site.register("X99000003", "Sample System", "integrated_care_system");
    site.register("X99000004", "Other System", "integrated_care_system");
    site.write(
        "area.csv",
        "system,authority,from,source\n\
         X99000003,X99000002,2023-04-01,https://example.org/area\n\
         X99000004,X99000002,2024,\n\
         X99000009,X99000002,2024,\n",
    );
    let text = site.transcript(&[
        "area list",
        "area add 'Sample System' Exampleshire --from 2023-04-01",
        "area add 'Sample System' Exampleshire --from 2023-04-01",
        "area add 'Sample System' Exampleshire --from 2024-04-01",
        "area add Exampleshire 'Sample System' --from 2023-04-01",
        "area import area.csv",
        "area import area.csv",
        "area end 'Sample System' Exampleshire --to 2023-01-01",
        "area end 'Sample System' Exampleshire --to 2025-03-31",
        "area end 'Sample System' Exampleshire --to 2025-03-31",
        "area end 'Other System' Exampleshire --to 2025-03-31",
        "area list",
        "area show 'Sample System' --format csv",
        "area show 'Sample System' --as-of 6 --format csv",
        "area show 'Sample System' --effective 2023-03-31 --format csv",
        "area show 'Sample System' --effective 2025-01-01 --format csv",
        "area show Exampleshire",
    ]);
    check("organisations_area", &text);
}

#[test]
fn a_code_is_for_one_body() {
    let site = Site::begun();
    let register = "organisation register X99000001 --kind local_authority --fictional --name";
    let text = site.transcript(&[
        &format!("{register} Exampleshire --alias EX --region North --dry-run"),
        &format!("{register} Exampleshire --alias EX --region North"),
        &format!("{register} Exampleshire --alias EX --region North"),
        &format!("{register} Elsewhere"),
        &format!("{register} ''"),
        "organisation register x9 --kind local_authority --name Exampleshire",
        "organisation register X99000002 --kind parish --name Exampleshire",
        "organisation show EX",
    ]);
    check("organisations_register", &text);
}

/// Whoever gives a body the code of another as an alias must not take that code away from it.
#[test]
fn a_code_means_its_body_whatever_others_are_called() {
    let site = site();
    site.ok("organisation import authorities.csv");
    let register = "organisation register X99000032 --name Thief --kind local_authority";
    site.ok(&format!("{register} --fictional --alias E06000014"));
    assert!(site.ok("organisation show E06000014").contains("City of York Council"));
}

/// A system that a publication made known has the name that its board's table would give it.
#[test]
fn a_system_has_its_name_whichever_table_comes_first() {
    let site = site();
    let scores: Vec<String> = (1..=17).map(|number| format!("qs{number}")).collect();
    let board = "E54000008,NHS Cheshire and Merseyside Integrated Care Board,formal,Good";
    let text = format!(
        "gss_code,la_name,programme,overall_rating,{},publication_month\n{board},{}2024-08\n",
        scores.join(","),
        "3,".repeat(17),
    );
    site.write("systems.csv", text);
    site.ok("publication import systems.csv");
    site.ok("organisation import boards.csv");
    let shown = site.ok("organisation show QYG");
    assert!(shown.contains("Cheshire and Merseyside (derived)"), "{shown}");
}
