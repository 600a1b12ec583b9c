//! The dashboards that come with the plugin ask for what can be had.

use std::{fs, path::Path};

use super::*;

/// The queries of all panels, with values in the place of the dashboard's variables. Panels that draw
/// what another one asks for have none of their own.
fn queries(dashboard: &str, filter: &str) -> Vec<Value> {
    let dashboard = dashboard.replace("$interface", "eth0").replace("$machine", "*");
    let dashboard = dashboard.replace("$address", "192.0.2.1").replace("$filter", filter);
    let dashboard: Value = serde_json::from_str(&dashboard).unwrap();
    let panels = dashboard["panels"].as_array().unwrap();
    let targets = panels.iter().filter_map(|panel| panel["targets"].as_array()).flatten();
    targets.filter(|target| target["panelId"].is_null()).cloned().collect()
}

#[test]
fn every_panel_has_queries_that_are_answered() {
    let directory = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../dashboards");
    let files: Vec<_> = fs::read_dir(directory)
        .unwrap()
        .map(|entry| entry.unwrap().path())
        .filter(|path| path.extension().is_some_and(|extension| extension == "json"))
        .collect();
    assert_eq!(files.len(), 7);
    for file in files {
        let dashboard = fs::read_to_string(&file).unwrap();
        for filter in ["host 192.0.2.1 or vlan 40", "inbound"] {
            let queries = queries(&dashboard, filter);
            assert!(!queries.is_empty(), "{}", file.display());
            for query in queries {
                assert_eq!(
                    parse(&query).map(|query| query.interfaces.texts()),
                    Ok(vec!["eth0".to_owned()]),
                    "{query}"
                );
            }
        }
    }
}
