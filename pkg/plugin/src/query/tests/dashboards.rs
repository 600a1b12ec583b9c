//! The dashboards that come with the plugin ask for what can be had.

use std::{fs, path::Path};

use super::*;

/// The queries of all panels, with an interface in the place of the dashboard's variable.
fn queries(dashboard: &str) -> Vec<Value> {
    let dashboard: Value =
        serde_json::from_str(&dashboard.replace("$interface", "eth0").replace("$filter", "")).unwrap();
    let panels = dashboard["panels"].as_array().unwrap();
    panels.iter().filter_map(|panel| panel["targets"].as_array()).flatten().cloned().collect()
}

#[test]
fn every_panel_has_queries_that_are_answered() {
    let directory = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../dashboards");
    for file in fs::read_dir(directory).unwrap().map(|entry| entry.unwrap().path()) {
        let queries = queries(&fs::read_to_string(&file).unwrap());
        assert!(!queries.is_empty(), "{}", file.display());
        for query in queries {
            assert_eq!(parse(&query).map(|query| query.interfaces), Ok(vec!["eth0".to_owned()]), "{query}");
        }
    }
}
