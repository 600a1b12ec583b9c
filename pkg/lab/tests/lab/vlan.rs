//! VLAN tags that are handed over beside the frame: which hook sees them, and what is said of it.

use grafana_plugin_sdk::pluginv2::{CheckHealthRequest, check_health_response::HealthStatus};
use serde_json::{Value, json};
use tokio::{runtime, time::timeout};
use xdplive::host::{self, Plugin};
use xdplive_capture::interface;
use xdplive_corpus::named;
use xdplive_lab::{client, namespace::Namespace, send::Sender, watch::Watch};
use xdplive_source::{Interfaces, VlanTags};

/// Tags stay in the frames that `q` hands over to `a`, or are beside them again.
const IN_FRAME: [&str; 7] = ["ethtool", "-K", "q", "txvlan", "off", "tx-vlan-stag-hw-insert", "off"];
const BESIDE: [&str; 7] = ["ethtool", "-K", "q", "txvlan", "on", "tx-vlan-stag-hw-insert", "on"];

/// What is sent into `s` goes through a bridge and comes out of `a`: s - p, br, q - a. The kernel takes the tag off
/// where a frame comes in, at `p`, and as veth devices are made, `q` leaves it beside the frame.
fn bridged() -> Namespace {
    let namespace = Namespace::new();
    namespace.ip(&["link", "add", "name", "br", "type", "bridge", "mcast_snooping", "0"]);
    namespace.silence("br");
    namespace.ip(&["link", "set", "dev", "br", "up"]);
    for (one, other, port) in [("s", "p", "p"), ("q", "a", "q")] {
        namespace.add_pair(one, other);
        namespace.ip(&["link", "set", "dev", port, "master", "br"]);
    }
    namespace
}

/// The tag and the length of a frame with a tag that comes out of `interface`.
fn as_seen_by(hook: &str, namespace: &Namespace, interface: &str) -> [Value; 2] {
    let options = ["--interface", interface, "--direction", "in", "--hook", hook];
    let watch = Watch::attached(namespace, 1, &options);
    Sender::new(namespace, "s").send(&named::ssdp_in_vlan().bytes());
    watch.wait_for_rows(1);
    let outcome = watch.stop();
    outcome.assert_well();
    assert_eq!(outcome.accounts(0)["seen"], 1, "{hook}");
    ["vlan", "frame_length"].map(|column| outcome.rows[0][column].clone())
}

#[test]
fn xdp_does_not_see_a_tag_beside_the_frame_and_tcx_does() {
    let namespace = bridged();
    for hook in ["xdp-native", "xdp-generic"] {
        namespace.run(&BESIDE);
        assert_eq!(as_seen_by(hook, &namespace, "a"), [Value::Null, json!(143)], "{hook}");
        // An end's own feature has no say, though ethtool shows it as a card's.
        namespace.run(&["ethtool", "-K", "a", "rxvlan", "off"]);
        assert_eq!(as_seen_by(hook, &namespace, "a"), [Value::Null, json!(143)], "{hook}");
        namespace.run(&["ethtool", "-K", "a", "rxvlan", "on"]);
        namespace.run(&IN_FRAME);
        assert_eq!(as_seen_by(hook, &namespace, "a"), [json!(40), json!(147)], "{hook}");
    }
    for command in [BESIDE, IN_FRAME] {
        namespace.run(&command);
        assert_eq!(as_seen_by("tcx", &namespace, "a"), [json!(40), json!(147)]);
        // What a bridge gets was a port's before.
        assert_eq!(as_seen_by("xdp-generic", &namespace, "br"), [Value::Null, json!(143)]);
        assert_eq!(as_seen_by("tcx", &namespace, "br"), [json!(40), json!(147)]);
    }
}

/// Does something that waits, in a namespace.
fn run<T: Send>(namespace: &Namespace, work: impl AsyncFnOnce() -> T + Send) -> T {
    namespace.enter(|| {
        let runtime = runtime::Builder::new_current_thread().enable_all().build().expect("a runtime");
        runtime.block_on(work())
    })
}

#[test]
fn features_switched_are_noticed() {
    let namespace = bridged();
    let attached = |interface, hook| {
        let options = ["--interface", interface, "--direction", "in", "--hook", hook];
        Watch::attached(&namespace, 1, &options)
    };
    let _watches = [attached("a", "xdp-native"), attached("br", "xdp-generic")];
    let beside = |device: &str, features: &[&'static str]| {
        Some(VlanTags::Beside { device: device.to_owned(), features: features.to_vec() })
    };
    run(&namespace, async || {
        let mut watch = interface::Watch::start().await.unwrap();
        let tags = |interfaces: &Interfaces, name| interfaces.get(name).unwrap().vlan_tags.clone();
        let now = watch.now();
        assert_eq!(tags(&now, "a"), beside("q", &["txvlan", "tx-vlan-stag-hw-insert"]));
        assert_eq!(tags(&now, "br"), beside("br", &[]));
        // There is no XDP, so it was not asked.
        assert_eq!(tags(&now, "s"), None);
        for (command, expected) in [
            (&IN_FRAME[..], Some(VlanTags::InFrame)),
            (&BESIDE[..5], beside("q", &["txvlan"])),
            (&IN_FRAME[..], Some(VlanTags::InFrame)),
            (&BESIDE[..], beside("q", &["txvlan", "tx-vlan-stag-hw-insert"])),
        ] {
            namespace.run(command);
            let noticed = async { while tags(&watch.changed().await.expect("a change"), "a") != expected {} };
            timeout(client::SOON, noticed).await.unwrap_or_else(|_| panic!("{command:?} is not noticed"));
        }
    });
}

#[test]
fn the_other_end_in_another_namespace_cannot_be_asked() {
    let (namespace, other) = (Namespace::with_pair(), Namespace::new());
    namespace.give(&other, "b");
    other.silence("b");
    other.ip(&["link", "set", "dev", "b", "up"]);
    let _watch =
        Watch::attached(&namespace, 1, &["--interface", "a", "--direction", "in", "--hook", "xdp-native"]);
    let interfaces = run(&namespace, async || interface::Watch::start().await.unwrap().look().await.unwrap());
    let found = interfaces.get("a").unwrap();
    assert!(found.xdp_program.is_some());
    assert_eq!(found.vlan_tags, None);
}

/// Status and message of the health check, by a data source that asks for `hook`.
async fn health(plugin: &Plugin, hook: &str) -> (HealthStatus, String) {
    let request = CheckHealthRequest {
        plugin_context: Some(host::context(&json!({ "hook": hook }))),
        ..CheckHealthRequest::default()
    };
    let answer = plugin.diagnostics().check_health(request).await.unwrap().into_inner();
    (answer.status(), answer.message)
}

/// The plugin, which has no rights at all, warns, and what it advises helps.
#[test]
fn health_warns_with_the_command_that_mends_it() {
    let namespace = bridged();
    run(&namespace, async || {
        let plugin = Plugin::start(&xdplive_lab::plugin(), &[], |_| ()).await.unwrap();
        let is_ready = format!("XDP Live is ready on {}.", xdplive_lab::host_name());
        let ready = |more: &str| (HealthStatus::Ok, format!("{is_ready}{more}"));
        assert_eq!(health(&plugin, "xdp-native").await, ready(""));

        let asking = host::context(&json!({ "hook": "xdp-native" }));
        client::ask_as(&plugin, asking, json!({ "interfaces": ["a"], "direction": "in" })).await;
        let (status, message) = health(&plugin, "xdp-native").await;
        assert_eq!(status, HealthStatus::Ok, "a warning is no failure");
        let command = IN_FRAME.join(" ");
        let expected = format!(
            "VLAN tags: taken off before XDP sees the frame on a (xdp-native is in force): the column vlan and \
             filters by vlan miss them there, and frame_length lacks their 4 bytes; tcx sees them. Remedy: sudo \
             {command}, or choose the hook tcx"
        );
        let (ready_line, warning) = message.split_once('\n').unwrap();
        assert!(
            ready_line.starts_with(&format!("{is_ready} Watched now: a in by xdp-native (")),
            "{ready_line}"
        );
        assert_eq!(warning, expected);
        namespace.run(&IN_FRAME);
        let watched = " Watched now: a in by xdp-native (asked for).";
        assert_eq!(health(&plugin, "xdp-native").await, ready(watched));
        plugin.ask_to_end().await;
        assert!(plugin.wait().await);
    });
}

/// What the doctor says, and its exit status, where `a` passes for a card: it has a device in sysfs, which
/// `ip netns exec` mounts for this one command.
fn doctor_with_a_card(namespace: &Namespace) -> (String, Option<i32>) {
    let script = format!(
        "mount -t tmpfs card /sys/class/net && mkdir -p /sys/class/net/a/device && exec {} doctor --plugin {}",
        xdplive_lab::xdplive().display(),
        xdplive_lab::plugin().display()
    );
    let output = namespace.command(&["sh", "-c", &script]).output().unwrap();
    (String::from_utf8(output.stdout).unwrap(), output.status.code())
}

#[test]
fn the_doctor_warns_of_a_card_before_anything_is_attached() {
    let namespace = Namespace::with_pair();
    let (said, status) = doctor_with_a_card(&namespace);
    assert_eq!(status, Some(0), "{said}");
    let command = "ethtool -K a rxvlan off rx-vlan-stag-hw-parse off";
    let remedy = format!("\n         remedy: sudo {command}, or choose the hook tcx\n");
    for text in [
        "\nwarning  VLAN tags: taken off before XDP sees the frame on a (auto begins with xdp-native): ",
        &remedy,
        "in xdp-native: tried first; tcx where the driver refuses it; VLAN tags are taken off before it\n",
    ] {
        assert!(said.contains(text), "{text}: {said}");
    }
    namespace.run(&command.split(' ').collect::<Vec<_>>());
    let (said, status) = doctor_with_a_card(&namespace);
    assert_eq!(status, Some(0), "{said}");
    assert!(said.contains("in xdp-native: tried first") && !said.contains("VLAN tags"), "{said}");
}
