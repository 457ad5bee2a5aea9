//! What becomes of an anomaly: a framework answers it, or who found it finds that it is none.

use super::{demo, draw, today};
use crate::forge::records;
use serde_json::Value;

/// Another reason than the one that goes without saying may be given, and a line says the same.
#[test]
fn a_framework_is_adopted_because_of_an_anomaly_and_of_nothing_else() {
    let site = demo();
    let (id, items) = draw(&site, "publications --size 1 --to 2025-03");
    let because = format!("framework adopt ics-2023 --because {id}");
    assert!(site.run(&because).err.contains("[no_anomaly]"));
    assert!(site.run("framework adopt ics-2023 --because 1999-a").err.contains("[sample_unknown]"));
    assert_eq!(site.run("framework adopt ics-2023 --because panel/2025-a").code, 2);
    let judge = format!("sample judge {id} {} --by p-051 --finding", items[0]);
    site.ok(&format!("{judge} anomaly --class recorded-wrongly --text 'The month is another.'"));
    site.ok(&format!("{because} --reason method_changed --dry-run"));
    // The last word on an item counts.
    site.ok(&format!("{judge} agree"));
    assert!(site.run(&because).err.contains("[no_anomaly]"));
    site.ok(&format!("{judge} anomaly --class recorded-wrongly --text 'It is all the same.'"));
    site.ok(&format!("{because} --reason method_changed"));
    let listed = &site.rows("sample list")[0];
    assert_eq!((&*listed["frameworks"], &*listed["state"]), ("ics-2023", "complete"));
    let adopted = records(&site.path("ledger")).pop().unwrap();
    assert_eq!(adopted["data"]["reason"], "method_changed");
}

/// What was found is not told away: an anomaly that stood is seen, also once it was answered.
#[test]
fn an_anomaly_that_was_corrected_is_told() {
    let site = demo();
    let (id, items) = draw(&site, "publications --size 1 --to 2025-03");
    let judge = format!("sample judge {id} {} --by p-051 --finding", items[0]);
    site.ok(&format!("{judge} anomaly --class recorded-wrongly --text 'The month is another.'"));
    site.ok(&format!("framework adopt ics-2023 --because {id}"));
    site.ok(&format!("{judge} agree --text 'It was the month of the visit.'"));
    let listed = &site.rows("sample list")[0];
    assert_eq!((&*listed["anomalies"], &*listed["corrected"]), ("0", "1"));
    assert_eq!(listed["frameworks"], "ics-2023");
    assert!(site.ok("sample list").contains("0 (1 corrected)"));
    assert_eq!(site.rows(&format!("sample summary {id}"))[0]["corrected"], "1");
    let said = site.ok(&format!("sample summary {id}")).replace('\n', " ");
    let told = format!(
        "{} was found to be an anomaly (recorded_wrongly) by p-051 on {}, and corrected.",
        items[0],
        today()
    );
    assert!(said.contains(&told), "{said}");
    let shown = site.ok(&format!("sample show {id}"));
    for words in
        ["recorded_wrongly, by p-051", ", corrected since\nThe month is another.", "visit."]
    {
        assert!(shown.contains(words), "{words}: {shown}");
    }
    let shown = site.ok(&format!("sample show {id} --format json"));
    let shown: Vec<Value> = serde_json::from_str(&shown).unwrap();
    assert_eq!(shown[0]["corrected"][0]["class"], "recorded_wrongly");
}
