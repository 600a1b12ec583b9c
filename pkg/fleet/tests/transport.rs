//! TLS with a CA and certificates of one's own, accounts, and leaf nodes, at real servers.

#![allow(
    clippy::unwrap_used,
    clippy::indexing_slicing,
    clippy::panic,
    reason = "a test may stop at the first surprise"
)]

mod common;

use std::{fs, net::TcpListener, path::PathBuf, time::Duration};

use common::{Server, agent_by, assert_adds_up, finish, fleet_on, hosts, packets, subjects, take};
use nkeys::{KeyPair, KeyPairType};
use rcgen::{BasicConstraints, CertificateParams, ExtendedKeyUsagePurpose, IsCa, Issuer};
use tempfile::TempDir;
use xdplive_fleet::{
    ceiling::Ceiling,
    nats::{Access, Credentials, TlsTexts},
    synthetic::Making,
};
use xdplive_packet::accounting::Limit;
use xdplive_source::Source as _;

/// Somebody who signs certificates.
struct Authority {
    issuer: Issuer<'static, rcgen::KeyPair>,
    certificate: String,
}

impl Authority {
    fn new() -> Self {
        let key = rcgen::KeyPair::generate().unwrap();
        let mut params = CertificateParams::default();
        params.is_ca = IsCa::Ca(BasicConstraints::Unconstrained);
        let certificate = params.self_signed(&key).unwrap().pem();
        Self { issuer: Issuer::new(params, key), certificate }
    }

    /// A certificate and its key, in PEM.
    fn sign(&self, name: &str, purpose: ExtendedKeyUsagePurpose) -> (String, String) {
        let key = rcgen::KeyPair::generate().unwrap();
        let mut params = CertificateParams::new([name.to_owned()]).unwrap();
        params.extended_key_usages = vec![purpose];
        (params.signed_by(&key, &self.issuer).unwrap().pem(), key.serialize_pem())
    }

    fn client(&self, name: &str) -> (String, String) {
        self.sign(name, ExtendedKeyUsagePurpose::ClientAuth)
    }
}

/// Writes a file; returns where it is.
fn file(directory: &TempDir, name: &str, text: &str) -> PathBuf {
    let path = directory.path().join(name);
    fs::write(&path, text).unwrap();
    path
}

fn making(host: &str) -> Making {
    Making { host: host.to_owned(), rate: 200, ..Making::default() }
}

/// Each side shows a certificate that the other's CA has signed, before anything else is said.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn with_tls_only_those_with_a_certificate_meet() {
    let (ours, others) = (Authority::new(), Authority::new());
    let files = TempDir::new().unwrap();
    let ca = file(&files, "ca.pem", &ours.certificate);
    let (certificate, key) = ours.sign("127.0.0.1", ExtendedKeyUsagePurpose::ServerAuth);
    let (certificate, key) = (file(&files, "cert.pem", &certificate), file(&files, "key.pem", &key));
    let server = Server::with(&format!(
        "tls {{ cert_file: {certificate:?}, key_file: {key:?}, ca_file: {ca:?}, verify: true, handshake_first: true }}"
    ));
    let servers = vec![server.url().replace("nats://", "tls://")];
    let (certificate, key) = ours.client("web1");
    let by_files = Access {
        servers: servers.clone(),
        tls_ca: Some(ca.clone()),
        tls_identity: Some((file(&files, "web1.pem", &certificate), file(&files, "web1.key", &key))),
        tls_first: true,
        ..Access::default()
    };
    let texts = |authority: &Authority, identity: Option<(String, String)>| Access {
        servers: servers.clone(),
        tls_texts: Some(TlsTexts { ca: Some(authority.certificate.clone()), identity }),
        tls_first: true,
        ..Access::default()
    };
    let there = agent_by(by_files, subjects(), making("web1"), Ceiling::default());
    // One without a certificate, one with a certificate that somebody else has signed, and one that does not know the server's CA.
    let refused = [
        ("without", texts(&ours, None)),
        ("foreign", texts(&ours, Some(others.client("foreign")))),
        ("careful", texts(&others, Some(ours.client("careful")))),
    ]
    .map(|(host, access)| agent_by(access, subjects(), making(host), Ceiling::default()));

    let fleet = fleet_on(texts(&ours, Some(ours.client("grafana"))).connect().await.unwrap()).await;
    hosts(&fleet, 1).await;
    let stream = fleet.subscribe(&packets(Limit::All)).await.unwrap();
    take(&stream, Duration::from_secs(2), |_| {}).await;
    let names: Vec<String> = fleet.hosts().iter().map(|host| host.name.to_string()).collect();
    assert_eq!(names, ["web1"], "nobody else has come in the meantime");
    let tally = finish(stream, |_| {}).await;
    assert_adds_up(tally);
    assert_eq!((tally.lost, tally.delivered), (0, there.source.made()));
    assert!(tally.delivered > 0 && refused.iter().all(|agent| agent.source.made() == 0));
}

/// Agents at a server of their site, which is a leaf of the one that clients use; and another account, which has the same names.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_leaf_brings_the_agents_of_its_account_and_no_others() {
    let port = TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap().port();
    let key = |number: u8| KeyPair::new_from_raw(KeyPairType::User, [number; 32]).unwrap();
    let account = |name: &str, number: u8| {
        let user = format!("{{ user: {name}, password: secret }}");
        format!("{name}: {{ users: [{user}, {{ nkey: {} }}] }}", key(number).public_key())
    };
    let hub = Server::with(&format!(
        "accounts {{ {}, {} }}\nleafnodes {{ listen: \"127.0.0.1:{port}\" }}",
        account("red", 1),
        account("blue", 2)
    ));
    let leaf = Server::with(&format!(
        "leafnodes {{ remotes: [{{ url: \"nats-leaf://red:secret@127.0.0.1:{port}\" }}] }}"
    ));
    let to = |server: &Server, number: Option<u8>| {
        let seed = number.map(|number| Credentials::Text(key(number).seed().unwrap()));
        Access { servers: vec![server.url()], credentials: seed.unwrap_or_default(), ..Access::default() }
    };
    let red = agent_by(to(&leaf, None), subjects(), making("web1"), Ceiling::default());
    let blue = agent_by(to(&hub, Some(2)), subjects(), making("web1"), Ceiling::default());
    for (user, agent, other) in [(1, &red, &blue), (2, &blue, &red)] {
        let fleet = fleet_on(to(&hub, Some(user)).connect().await.unwrap()).await;
        hosts(&fleet, 1).await;
        let before = other.source.made();
        let stream = fleet.subscribe(&packets(Limit::All)).await.unwrap();
        take(&stream, Duration::from_secs(2), |_| {}).await;
        assert_eq!(fleet.hosts().len(), 1, "{user}");
        let tally = finish(stream, |_| {}).await;
        assert_adds_up(tally);
        assert_eq!((tally.lost, tally.delivered), (0, agent.source.made()), "{user}");
        assert_eq!(other.source.made(), before, "nobody asked the other account's agent");
    }
}
