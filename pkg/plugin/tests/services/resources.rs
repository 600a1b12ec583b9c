//! What the editors ask for: interfaces and columns.

use grafana_plugin_sdk::pluginv2::PluginContext;
use serde_json::{Value, json};
use xdplive_plugin::columns::{Column as _, packets::PacketColumn};
use xdplive_source::{HookOption, InterfaceHooks, Link};

use crate::{
    context::{asked_by, person, service, viewer, with_settings},
    grafana::Grafana,
    source::{Machine, interface},
};

fn names(body: &Value) -> Vec<&str> {
    body["interfaces"].as_array().unwrap().iter().map(|one| one["name"].as_str().unwrap()).collect()
}

#[tokio::test]
async fn interfaces_come_with_what_an_editor_shows() {
    let mut machine = Machine::default();
    machine.report.interfaces.push(InterfaceHooks {
        interface: "eth0".to_owned(),
        hooks: vec![HookOption {
            direction: "in",
            hook: "tcx",
            auto: true,
            possible: true,
            in_force: false,
            reason: "the device is virtual".to_owned(),
            state: Some("attached"),
            state_reason: String::new(),
        }],
    });
    let (status, body) = Grafana::start_on(machine, &[]).await.resource(viewer(), "GET", "interfaces").await;
    let expected = json!({ "interfaces": [
        {
            "name": "eth0", "index": 2, "state": "up", "link": "ethernet", "driver": null, "physical": false,
            "mac": "02:00:00:00:00:01", "addresses": ["192.0.2.1/24"], "mtu": 1500, "speed": null, "xdpProgram": null,
            "default": true, "uplink": false,
            "hooks": [{
                "direction": "in", "hook": "tcx", "auto": true, "possible": true, "inForce": false,
                "reason": "the device is virtual",
                "state": "attached",
            }],
        },
        {
            "name": "wg0", "index": 3, "state": "up", "link": "raw-ip", "driver": null, "physical": false,
            "mac": null, "addresses": [], "mtu": 1500, "speed": null, "xdpProgram": null, "default": false, "uplink": false, "hooks": [],
        },
    ]});
    assert_eq!((status, body), (200, expected));
}

#[tokio::test]
async fn interfaces_that_may_not_be_watched_are_not_named() {
    let machine = || {
        let interfaces = ["eth0", "eth1", "lo", "wg0"];
        let interfaces =
            interfaces.iter().zip(1..).map(|(name, index)| interface(name, index, Link::Ethernet));
        Machine { interfaces: interfaces.collect(), ..Machine::default() }
    };
    let grafana = Grafana::start_on(machine(), &[("interfaces", "eth* wg*")]).await;
    let (_, body) = grafana.resource(viewer(), "GET", "interfaces").await;
    assert_eq!(names(&body), ["eth0", "eth1", "wg0"]);
    let narrowed = with_settings(r#"{"allowedInterfaces":["*0"]}"#);
    let (_, body) = grafana.resource(narrowed, "GET", "interfaces").await;
    assert_eq!(names(&body), ["eth0", "wg0"]);
}

#[tokio::test]
async fn columns_come_with_type_and_description() {
    let (status, body) = Grafana::start().await.resource(viewer(), "GET", "columns").await;
    assert_eq!(status, 200);
    let columns = body["columns"].as_array().unwrap();
    let names: Vec<&str> = columns.iter().map(|column| column["name"].as_str().unwrap()).collect();
    let all = PacketColumn::ALL.iter().chain(PacketColumn::BESIDES);
    assert_eq!(names, all.map(|column| column.name()).collect::<Vec<_>>());
    let ttl = columns.iter().find(|column| column["name"] == "ttl").unwrap();
    let expected =
        json!({ "name": "ttl", "type": "number", "nullable": true, "description": "TTL or hop limit" });
    assert_eq!(*ttl, expected);
}

/// An editor lists it, and knows that it is none of "all columns".
#[tokio::test]
async fn the_column_host_is_optional() {
    let grafana = Grafana::start().await;
    let expected = json!({
        "name": "host", "type": "string", "nullable": false, "optional": true,
        "description": "Name of the machine that saw the packets; shown where it is asked for by name",
    });
    for kind in ["packets", "rates", "flows", "capture"] {
        let (_, body) = grafana.resource(viewer(), "GET", &format!("columns?kind={kind}")).await;
        assert_eq!(*body["columns"].as_array().unwrap().last().unwrap(), expected);
    }
}

/// Grafana passes on what stands behind `resources/` in the address.
#[tokio::test]
async fn slashes_around_a_path_do_not_count() {
    let grafana = Grafana::start().await;
    for path in ["/columns", "columns/", "/columns/"] {
        assert_eq!(grafana.resource(viewer(), "GET", path).await.0, 200, "{path}");
    }
}

#[tokio::test]
async fn there_is_nothing_else() {
    let grafana = Grafana::start().await;
    for path in ["", "interface", "interfaces/eth0", "Columns", "pcap"] {
        let message = format!(
            "there is no resource \"{path}\"; there are interfaces, columns, machines, settings, seen, filter, \
             filter/words and pcapng"
        );
        let expected = (404, json!({ "message": message }));
        assert_eq!(grafana.resource(viewer(), "GET", path).await, expected);
    }
    let (status, body) = grafana.resource(viewer(), "GET", &"x".repeat(10_000)).await;
    assert_eq!(status, 404);
    assert!(body["message"].as_str().unwrap().len() < 200);
}

#[tokio::test]
async fn nothing_is_changed_here() {
    let grafana = Grafana::start().await;
    for path in ["interfaces", "columns", "seen", "settings"] {
        for method in ["POST", "PUT", "DELETE", "HEAD", ""] {
            let expected = (405, json!({ "message": format!("{path} can only be read (GET)") }));
            assert_eq!(grafana.resource(viewer(), method, path).await, expected);
        }
    }
}

#[tokio::test]
async fn who_may_not_see_packets_is_told_nothing() {
    let grafana = Grafana::start().await;
    let no_data_source = PluginContext { data_source_instance_settings: None, ..viewer() };
    for (context, status, beginning) in [
        (asked_by(Some(person("None"))), 403, "the role None may not see packets"),
        (asked_by(None), 403, "the request names no user"),
        (asked_by(Some(service("service"))), 403, "packets are not shown to public dashboards"),
        (with_settings(r#"{"minimumRole":"Admin"}"#), 403, "the role Viewer may not see packets"),
        (with_settings("[]"), 400, "the data source's settings are not a JSON object"),
        (no_data_source, 400, "Grafana did not name the data source"),
    ] {
        for path in ["interfaces", "columns", "settings", "seen", "filter", "filter/words", "pcapng", "else"]
        {
            let (code, body) = grafana.resource(context.clone(), "GET", path).await;
            assert_eq!(code, status, "{beginning}");
            let message = body["message"].as_str().unwrap();
            assert!(message.starts_with(beginning), "{message}");
            assert_eq!(body.as_object().unwrap().len(), 1);
        }
    }
}
