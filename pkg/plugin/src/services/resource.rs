//! What the editors ask for: the interfaces and the columns there are, what the administrator has set, what was seen, and
//! what a filter means; and packets as files.

mod filter;
mod handing_out;
mod machines;
mod pcapng;
mod seen;
mod settings;

use std::{
    borrow::Cow,
    collections::{BTreeSet, HashMap},
    pin::Pin,
};

use futures::stream;
use grafana_plugin_sdk::pluginv2::{
    CallResourceRequest, CallResourceResponse, StringList, resource_server::Resource,
};
use serde::Serialize;
use serde_json::{Value, json};
use tonic::{Request, Response, Status, async_trait};
use xdplive_source::{HookOption, Interface, InterfaceSet};

use self::handing_out::hand_out;
use super::Plugin;
use crate::{
    access::{check_interface, check_packets},
    asked::{self, Refusal},
    columns::{
        Column, ColumnType, capture::CaptureColumn, drops::DropColumn, flows::FlowColumn,
        interfaces::InterfaceColumn, packets::PacketColumn, rates::CountColumn,
    },
    masks::Masks,
    pcapng::WriteError,
    query::MAX_INTERFACES,
};

type Parts = Pin<Box<dyn futures::Stream<Item = Result<CallResourceResponse, Status>> + Send>>;

#[async_trait]
impl Resource for Plugin {
    type CallResourceStream = Parts;

    async fn call_resource(&self, request: Request<CallResourceRequest>) -> Result<Response<Parts>, Status> {
        let request = request.into_inner();
        let answer = if request.path.trim_matches('/') == "pcapng" {
            match self.pcapng(&request).await {
                Ok(download) => {
                    return Ok(Response::new(Box::pin(hand_out(download))));
                }
                Err(failure) => Err((failure.code, failure.message)),
            }
        } else {
            self.resource(&request).await
        };
        let (code, body) = match answer {
            Ok(body) => (200, body),
            Err((code, message)) => (code, json!({ "message": message })),
        };
        let headers = HashMap::from([(
            "Content-Type".to_owned(),
            StringList { values: vec!["application/json".to_owned()] },
        )]);
        let response = CallResourceResponse { code, headers, body: body.to_string().into() };
        Ok(Response::new(Box::pin(stream::iter([Ok(response)]))))
    }
}

#[derive(Serialize)]
struct InterfaceEntry<'a> {
    #[serde(flatten)]
    interface: Cow<'a, Interface>,
    hooks: &'a [HookOption],
}

#[derive(Serialize)]
struct ColumnEntry {
    name: &'static str,
    #[serde(rename = "type")]
    kind: ColumnType,
    nullable: bool,
    description: &'static str,
    /// Whether it is shown only where it is asked for by name.
    #[serde(skip_serializing_if = "std::ops::Not::not")]
    optional: bool,
}

/// Why a resource cannot be had.
struct Failure {
    /// The HTTP status that says the same.
    code: i32,
    message: String,
}

impl From<Refusal> for Failure {
    fn from(refusal: Refusal) -> Self {
        Self { code: refusal.status(), message: refusal.to_string() }
    }
}

impl From<WriteError> for Failure {
    fn from(error: WriteError) -> Self {
        Self { code: 500, message: error.to_string() }
    }
}

impl Plugin {
    async fn resource(&self, request: &CallResourceRequest) -> Result<Value, (i32, String)> {
        let refused = |refusal: Refusal| (refusal.status(), refusal.to_string());
        let context = request.plugin_context.as_ref();
        let settings = asked::settings(context, &self.server).map_err(refused)?;
        check_packets(context.and_then(|context| context.user.as_ref()), &settings)
            .map_err(|error| refused(error.into()))?;
        let path = request.path.trim_matches('/');
        if let Some(answer) = filter::answer(path, request) {
            return answer.map_err(|failure| (failure.code, failure.message));
        }
        if !matches!(path, "interfaces" | "columns" | "seen" | "settings" | "machines") {
            let path: String = path.chars().take(80).collect();
            return Err((
                404,
                format!(
                    "there is no resource \"{path}\"; there are interfaces, columns, machines, settings, \
                     seen, filter, filter/words and pcapng"
                ),
            ));
        }
        if request.method != "GET" {
            return Err((405, format!("{path} can only be read (GET)")));
        }
        if path == "seen" {
            let failed = |failure: Failure| (failure.code, failure.message);
            return self.seen(context, &settings, &request.url).map_err(failed);
        }
        if path == "settings" {
            return Ok(self.settings(&settings));
        }
        if path == "machines" {
            return Ok(self.machines());
        }
        if path == "columns" {
            let kind = keys(&request.url).find(|(key, _)| key == "kind").map(|(_, kind)| kind);
            return match kind.as_deref() {
                None | Some("packets") => Ok(entries::<PacketColumn>()),
                Some("rates") => Ok(entries::<CountColumn>()),
                Some("flows") => Ok(entries::<FlowColumn>()),
                Some("capture") => Ok(entries::<CaptureColumn>()),
                Some("interfaces") => Ok(entries::<InterfaceColumn>()),
                Some("drops") => Ok(entries::<DropColumn>()),
                Some(other) => {
                    let other: String = other.chars().take(80).collect();
                    Err((
                        400,
                        format!(
                            "there are no columns of kind \"{other}\"; there are packets, rates, flows, \
                             capture, interfaces and drops"
                        ),
                    ))
                }
            };
        }
        let interfaces = self.source.interfaces();
        let may_be_watched = |name: &str| check_interface(name, &interfaces, &settings, &self.server).is_ok();
        let chosen = interface_set(&request.url).map_err(|message| (400, message))?;
        let is_chosen =
            |one: &&Interface| chosen.as_ref().is_none_or(|set| set.contains(&one.name, one.uplink));
        let report = self.source.report(&may_be_watched).await;
        let entries: Vec<InterfaceEntry<'_>> = interfaces
            .iter()
            .filter(|interface| may_be_watched(&interface.name))
            .filter(is_chosen)
            .map(|interface| {
                let hooks = report.interfaces.iter().find(|one| one.interface == interface.name);
                let interface = shown(interface, settings.masks);
                InterfaceEntry { interface, hooks: hooks.map(|one| one.hooks.as_slice()).unwrap_or_default() }
            })
            .collect();
        Ok(json!({ "interfaces": entries }))
    }
}

/// An interface with so much of its addresses.
fn shown(interface: &Interface, masks: Masks) -> Cow<'_, Interface> {
    if masks.are_none() {
        return Cow::Borrowed(interface);
    }
    let addresses = interface.addresses.iter().map(|text| masks.text(text)).collect();
    // Its own address is like those in packets.
    Cow::Owned(Interface { addresses, mac: None, ..interface.clone() })
}

/// The keys and values in a resource's address, as in `columns?kind=capture`.
fn keys(url: &str) -> form_urlencoded::Parse<'_> {
    let (_, keys) = url.split_once('?').unwrap_or_default();
    form_urlencoded::parse(keys.as_bytes())
}

/// The interfaces that an address names, as in `interfaces?interface=eth*&interface=uplinks`; `None` where it names none.
fn interface_set(url: &str) -> Result<Option<InterfaceSet>, String> {
    let named: BTreeSet<_> = keys(url).filter(|(key, _)| key == "interface").map(|(_, name)| name).collect();
    if named.is_empty() {
        return Ok(None);
    }
    if named.len() > MAX_INTERFACES {
        return Err(format!("{} interfaces are named; there may be {MAX_INTERFACES}", named.len()));
    }
    let set = InterfaceSet::read(named.iter().map(|name| &**name));
    set.map(Some).map_err(|error| format!("the address names no interfaces: {error}"))
}

fn entries<C: Column>() -> Value {
    let entry = |column: &C, optional| ColumnEntry {
        name: column.name(),
        kind: column.kind(),
        nullable: column.nullable(),
        description: column.description(),
        optional,
    };
    let all = C::ALL.iter().map(|column| entry(column, false));
    let columns: Vec<ColumnEntry> = all.chain(C::BESIDES.iter().map(|column| entry(column, true))).collect();
    json!({ "columns": columns })
}
