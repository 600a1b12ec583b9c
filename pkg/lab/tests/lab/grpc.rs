//! What only a client of the plugin's services sees: sharing within one process, and streams run again.

use std::time::Duration;

use grafana_plugin_sdk::pluginv2::CheckHealthRequest;
use serde_json::json;
use xdplive_corpus::named;
use xdplive_lab::{
    client::{SOON, ask, context, message, plugin, run},
    eventually,
    namespace::Namespace,
    process::{kill, links, socket_directory},
    send::Sender,
};

#[tokio::test]
async fn streams_of_one_process_share_an_attachment() {
    let directory = tempfile::tempdir().unwrap();
    let namespace = Namespace::with_pair();
    let before = links();
    let plugin = plugin(&namespace, directory.path()).await;
    let ttl = ask(&plugin, json!({"interfaces": ["a"], "columns": ["ttl"], "limit": null})).await;
    let ports = ask(&plugin, json!({"interfaces": ["a"], "columns": ["source_port"], "limit": null})).await;
    assert_ne!(ttl.path, ports.path);
    let (mut first, mut second) = (run(&plugin, &ttl).await, run(&plugin, &ports).await);
    assert_eq!(links(), before + 2, "one in, one out");
    Sender::new(&namespace, "b").send(&named::ssdp().bytes());
    assert_eq!(message(&mut first).await["data"]["values"], json!([[1]]));
    assert_eq!(message(&mut second).await["data"]["values"], json!([[50085]]));
    drop((first, second));
    // It lingers: a dashboard closed and opened again must not make the card flap.
    assert!(!eventually(Duration::from_secs(1), || links() < before + 2));
    plugin.ask_to_end().await;
    assert!(plugin.wait().await);
    assert_eq!(links(), before);
}

/// The hook in force may not be the hoped-for one, so health says which it is, and why.
#[tokio::test]
async fn health_tells_what_is_in_force() {
    let directory = tempfile::tempdir().unwrap();
    let namespace = Namespace::with_pair();
    let plugin = plugin(&namespace, directory.path()).await;
    let health = async || {
        let request = CheckHealthRequest { plugin_context: Some(context()), ..CheckHealthRequest::default() };
        plugin.diagnostics().check_health(request).await.unwrap().into_inner().message
    };
    let ready = format!("XDP Live is ready on {}.", xdplive_lab::host_name());
    assert_eq!(health().await, ready);
    let channel = ask(&plugin, json!({"interfaces": ["a"], "columns": ["ttl"]})).await;
    let _stream = run(&plugin, &channel).await;
    assert_eq!(
        health().await,
        format!(
            "{ready} Watched now: a in by tcx (native XDP would slow down traffic on a virtual device), out by tcx."
        )
    );
    plugin.ask_to_end().await;
    assert!(plugin.wait().await);
}

#[tokio::test]
async fn a_stream_run_again_after_a_kill_goes_on() {
    let directory = tempfile::tempdir().unwrap();
    let namespace = Namespace::with_pair();
    let sender = Sender::new(&namespace, "b");
    let first = plugin(&namespace, directory.path()).await;
    let channel = ask(&first, json!({"interfaces": ["a"], "columns": ["ttl"], "direction": "in"})).await;
    let mut stream = run(&first, &channel).await;
    sender.send(&named::ssdp().bytes());
    assert_eq!(message(&mut stream).await["data"]["values"], json!([[1]]));
    let before = links();
    kill(first.id().unwrap());
    assert!(!first.wait().await);
    assert!(eventually(Duration::from_secs(1), || links() < before));

    // As Grafana does: the same path and data, no new query and no new subscription.
    let second = plugin(&namespace, directory.path()).await;
    let mut stream = run(&second, &channel).await;
    sender.send(&named::ssdp().bytes());
    let again = message(&mut stream).await;
    assert_eq!(again["data"]["values"], json!([[1]]));
    assert_eq!(again["schema"]["fields"][0]["name"], "ttl");
    second.ask_to_end().await;
    assert!(second.wait().await);
}

#[tokio::test]
async fn a_stream_waits_for_its_interface() {
    let directory = tempfile::tempdir().unwrap();
    let namespace = Namespace::with_pair();
    let plugin = plugin(&namespace, directory.path()).await;
    let channel = ask(&plugin, json!({"interfaces": ["a"], "columns": ["ttl"], "direction": "in"})).await;
    namespace.ip(&["link", "del", "dev", "a"]);
    // Grafana runs a stream again whatever has become of the interface.
    let mut stream = run(&plugin, &channel).await;
    namespace.add_pair("a", "b");
    let sender = Sender::new(&namespace, "b");
    let arrived = async {
        loop {
            sender.send(&named::ssdp().bytes());
            if let Ok(message) = tokio::time::timeout(Duration::from_millis(300), stream.message()).await {
                break message.unwrap();
            }
        }
    };
    assert!(tokio::time::timeout(SOON, arrived).await.expect("a message soon").is_some());
    plugin.ask_to_end().await;
    assert!(plugin.wait().await);
}

#[tokio::test]
async fn nobody_but_the_parent_may_connect() {
    let directory = tempfile::tempdir().unwrap();
    let namespace = Namespace::with_pair();
    let plugin = plugin(&namespace, directory.path()).await;
    let socket = socket_directory(plugin.id().unwrap()).join("plugin.sock");
    assert!(socket.exists());
    // Root can enter the directory, and is turned away all the same: the connection ends at once.
    let program = "import socket,sys; s=socket.socket(socket.AF_UNIX); s.settimeout(5); s.connect(sys.argv[1]); \
                   sys.exit(len(s.recv(1)))";
    let status = std::process::Command::new("python3").args(["-c", program]).arg(&socket).status().unwrap();
    assert!(status.success(), "the plugin talks to another process");
    plugin.ask_to_end().await;
    assert!(plugin.wait().await);
}
