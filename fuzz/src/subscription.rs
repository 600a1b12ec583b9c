//! A subscription: a channel's path and data, from somebody, through some data source.

use std::sync::LazyLock;

use grafana_plugin_sdk::pluginv2::{DataSourceInstanceSettings, PluginContext, User};
use xdplive_packet::accounting::Limit;
use xdplive_plugin::{
    access::check_interface,
    asked::{self, Asked, ChannelRefusal},
    channel,
    query::Query,
    settings::{Ceiling, DataSourceSettings, LimitCeiling, ServerSettings},
};
use xdplive_source::{Interface, InterfaceSet, Interfaces, Link};

use crate::bearable;

/// Bits of the first byte: who asks, through what.
const SERVICE: u8 = 1;
const NARROW_DATA_SOURCE: u8 = 2;
const NARROW_SERVER: u8 = 4;
/// An interface that is allowed everywhere, and the default route's, which is not.
const ALLOWED: &str = "eth7";
const DEFAULT: &str = "secret0";

static MACHINE: LazyLock<Interfaces> = LazyLock::new(|| {
    let default = Interface { default: true, ..Interface::new(DEFAULT, 2, Link::Ethernet) };
    [default, Interface::new(ALLOWED, 3, Link::Ethernet)].into_iter().collect()
});

/// Reads a subscription: the first byte is who asks, then come the path up to a zero byte, and the data.
pub fn subscription(bytes: &[u8]) {
    let (&who, rest) = bytes.split_first().unwrap_or((&0, bytes));
    let mut parts = rest.splitn(2, |byte| *byte == 0);
    let (path, data) = (parts.next().unwrap_or_default(), parts.next().unwrap_or_default());
    let path = String::from_utf8_lossy(path);
    let server = server(who);
    let json =
        if who & NARROW_DATA_SOURCE == 0 { "" } else { r#"{"allowedInterfaces":"eth*","maxLimit":100}"# };
    let settings = DataSourceSettings::read(json.as_bytes(), &server).expect("right settings");
    let context = context(who, json);
    let read = |path: &str| asked::read_channel(Some(&context), path, data, &MACHINE, &server);

    // Bytes hardly ever come to the hash of what follows: so a path that fits is tried, too.
    let fitting = Query::parse(data, &MACHINE, settings.ceiling).map(|query| channel::path(&query));
    match read(&path) {
        Ok(asked) => assert_eq!(fitting.as_deref(), Ok(&*path), "{asked:?}"),
        Err(refusal) => check_refusal(&refusal, data),
    }
    let Ok(fitting) = fitting else { return };
    match read(&fitting) {
        Ok(asked) => {
            check(&asked, &fitting, &settings, &server, who);
            // The accounts beside it are a channel of their own, which is served, too.
            let accounts = asked.query.accounts(asked.ceiling);
            let data = serde_json::to_vec(&accounts).expect("a query can be written");
            let path = channel::path(&accounts);
            let served = asked::read_channel(Some(&context), &path, &data, &MACHINE, &server);
            assert!(served.is_ok(), "{:?}", served.err());
        }
        Err(ChannelRefusal::Refused(refusal)) => {
            assert_eq!(refusal.status(), 403, "{refusal}");
            check_refusal(&ChannelRefusal::Refused(refusal), data);
        }
        Err(other) => panic!("{other}"),
    }
}

/// What is served is what was asked for, and no more than may be.
fn check(asked: &Asked, path: &str, settings: &DataSourceSettings, server: &ServerSettings, who: u8) {
    let Asked { query, request, sees_packets, ceiling, .. } = asked;
    assert_eq!((&*request.label.stream, &*request.label.owner), (path, "1/p4ck3ts"));
    assert_eq!(*sees_packets, who & SERVICE == 0);
    assert!(*sees_packets || !query.shows_peers(), "{query:?}");
    match &request.interfaces {
        InterfaceSet::Any => assert_eq!(who & (NARROW_DATA_SOURCE | NARROW_SERVER), 0),
        InterfaceSet::Named(names) => {
            assert_eq!(request.interfaces, query.interfaces);
            let may_be_watched = |name: &String| check_interface(name, &MACHINE, settings, server).is_ok();
            assert!(names.iter().all(may_be_watched), "{names:?}");
        }
        InterfaceSet::Chosen(_) => {
            for (name, is_uplink) in [("eth0", true), ("eth1", false), ("lo", false), ("wg0", true)] {
                let may_be_watched = query.interfaces.contains(name, is_uplink)
                    && server.interfaces.allow(name, is_uplink)
                    && settings.interfaces.allow(name, is_uplink);
                assert_eq!(request.interfaces.contains(name, is_uplink), may_be_watched, "{name}");
            }
        }
    }
    let limit = request.wanted.as_ref().map(|wanted| wanted.limit);
    if let (LimitCeiling::Rows(most), Some(limit)) = (ceiling, limit) {
        assert!(matches!(limit, Limit::None) || limit.per_second().is_some_and(|limit| limit <= *most));
    }
}

/// A refusal is short, and names no interface that was not named.
fn check_refusal(refusal: &ChannelRefusal, data: &[u8]) {
    bearable(refusal);
    // Others quote the path.
    let ChannelRefusal::Refused(refusal) = refusal else { return };
    let text = refusal.to_string();
    // Without a machine there is no default: then those are left that the data itself names.
    let query = Query::parse(data, &Interfaces::default(), LimitCeiling::None);
    let is_named = query.is_ok_and(|query| query.interfaces.named().iter().any(|name| name == DEFAULT));
    assert!(is_named || !text.contains(DEFAULT), "{text}");
}

fn server(who: u8) -> ServerSettings {
    let interfaces = (who & NARROW_SERVER != 0).then(|| "eth*".to_owned());
    let (server, errors) =
        ServerSettings::read(|name| interfaces.clone().filter(|_| name == "interfaces"), &Ceiling::default());
    assert!(errors.is_empty(), "right settings");
    server
}

fn context(who: u8, json: &str) -> PluginContext {
    let user = if who & SERVICE == 0 {
        User {
            login: "ada".to_owned(),
            role: "Viewer".to_owned(),
            email: "a@b.c".to_owned(),
            ..User::default()
        }
    } else {
        let name = "service".to_owned();
        User { login: name.clone(), name, role: "Admin".to_owned(), ..User::default() }
    };
    let instance = DataSourceInstanceSettings {
        uid: "p4ck3ts".to_owned(),
        json_data: json.as_bytes().to_vec(),
        ..DataSourceInstanceSettings::default()
    };
    PluginContext {
        org_id: 1,
        user: Some(user),
        data_source_instance_settings: Some(instance),
        ..PluginContext::default()
    }
}
