//! Interfaces that are chosen by patterns and by what they are, within what may be watched.

use serde_json::Value;
use xdplive_source::{Interface, InterfaceSet, Link};

use crate::{
    context::{viewer, with_settings},
    grafana::{Grafana, meta},
    source::{Machine, interface},
};

/// Of these, eth0 and eth1 are uplinks.
fn machine() -> Machine {
    let all = ["eth0", "eth1", "lo", "veth1", "wg0"].iter().zip(1..);
    let interfaces = all.map(|(name, index)| Interface {
        uplink: ["eth0", "eth1"].contains(name),
        ..interface(name, index, Link::Ethernet)
    });
    Machine { interfaces: interfaces.collect(), ..Machine::default() }
}

/// The interfaces of the machine that the source is asked for, and the answer's error.
async fn asked_for(server: &str, data_source: &str, entries: &str) -> (Vec<String>, String) {
    let machine = machine();
    let interfaces = machine.interfaces.clone();
    let grafana = Grafana::start_on(machine, &[("interfaces", server)]).await;
    let settings = with_settings(&format!(r#"{{"allowedInterfaces":"{data_source}"}}"#));
    let answer = grafana.answer(settings, &format!(r#"{{"interfaces":{entries}}}"#)).await;
    let prepared = grafana.source.prepared.lock().unwrap();
    let set = prepared.first().map(|request| request.interfaces.clone());
    let set = set.unwrap_or(InterfaceSet::Named(Vec::new()));
    let names = interfaces.iter().filter(|one| set.contains(&one.name, one.uplink));
    (names.map(|one| one.name.clone()).collect(), answer.error)
}

#[tokio::test]
async fn a_set_has_no_more_than_may_be_watched() {
    for (server, data_source, entries, expected) in [
        ("*", "", r#"["uplinks"]"#, &["eth0", "eth1"][..]),
        ("*", "", r#"["!veth*","!lo"]"#, &["eth0", "eth1", "wg0"]),
        ("*0", "", r#"["uplinks"]"#, &["eth0"]),
        ("*", "!eth1", r#"["eth*","w*"]"#, &["eth0", "wg0"]),
        ("eth*", "*1", r#"["*"]"#, &["eth1"]),
        ("*", "uplinks", r#"["*","!eth1"]"#, &["eth0"]),
        ("*", "wg*", r#"["eth*"]"#, &[]),
    ] {
        let (names, error) = asked_for(server, data_source, entries).await;
        assert_eq!(
            (names.iter().map(String::as_str).collect::<Vec<_>>(), &*error),
            (expected.to_vec(), ""),
            "{entries}"
        );
    }
    // What is named is refused where it may not be watched.
    let (_, error) = asked_for("*", "eth*", r#"["uplinks","wg0"]"#).await;
    assert!(error.contains("interface \"wg0\" may not be watched through this data source"), "{error}");
}

#[tokio::test]
async fn that_nothing_fits_is_a_notice() {
    let grafana = Grafana::start_on(machine(), &[]).await;
    for (entries, expected) in [
        (
            r#"["ppp*"]"#,
            Some("No interface that may be watched fits ppp*. Packets are shown as soon as there is one."),
        ),
        (
            r#"["!eth*","!lo","!veth1","!wg0"]"#,
            Some(
                "No interface that may be watched fits !eth*, !lo, !veth1, !wg0, any. Packets are shown as soon as there is one.",
            ),
        ),
        (r#"["uplinks"]"#, None),
        (r#"["any"]"#, None),
        (r#"["eth9","ppp*"]"#, None),
    ] {
        let answer = grafana.answer(viewer(), &format!(r#"{{"interfaces":{entries}}}"#)).await;
        let meta = meta(&answer.frames[0]);
        assert_eq!(meta["custom"]["nothingFits"].as_str(), expected, "{entries}");
        let notices: Vec<&Value> = meta["notices"].as_array().into_iter().flatten().collect();
        let is_told =
            notices.iter().any(|notice| notice["text"].as_str().unwrap().contains("No interface that"));
        assert_eq!(is_told, expected.is_some(), "{entries}: {notices:?}");
    }
}

#[tokio::test]
async fn the_list_of_interfaces_can_be_of_a_set() {
    let grafana = Grafana::start_on(machine(), &[]).await;
    for (keys, expected) in [
        ("interface=uplinks", &["eth0", "eth1"][..]),
        ("interface=eth*&interface=!eth1", &["eth0"]),
        ("interface=any", &["eth0", "eth1", "lo", "veth1", "wg0"]),
        ("interface=ppp*", &[]),
    ] {
        let (status, body) = grafana.resource(viewer(), "GET", &format!("interfaces?{keys}")).await;
        let names = body["interfaces"].as_array().unwrap().iter().map(|one| one["name"].as_str().unwrap());
        assert_eq!((status, names.collect::<Vec<_>>()), (200, expected.to_vec()), "{keys}");
    }
    let (status, body) = grafana.resource(viewer(), "GET", "interfaces?interface=any&interface=lo").await;
    assert_eq!(status, 400);
    assert!(
        body.to_string().contains("the address names no interfaces: \\\"any\\\" is all interfaces"),
        "{body}"
    );
}
