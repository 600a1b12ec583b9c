//! From what Grafana sends to what the source is asked for: one way for answers, subscriptions and streams, so
//! that the same limits hold in all of them.

use std::sync::Arc;

use grafana_plugin_sdk::pluginv2::PluginContext;
use thiserror::Error;
use xdplive_filter::{Filter, TellsAddresses};
use xdplive_packet::accounting::Limit;
use xdplive_source::{
    ErrorKind, GroupBy, HostPatterns, HostSet, InForce, InterfaceSet, Interfaces, Label, Request, Source,
    SourceError, Wanted,
};

use crate::{
    access::{AccessError, check_packets, check_processes, check_set, check_user, is_service},
    channel,
    columns::capture::{CaptureRow, View},
    frame::arrow::EncodeError,
    masks::Masks,
    query::{Columns, Kind, Query, QueryError},
    quota::{Holder, OverQuota},
    settings::{DataSourceSettingErrors, DataSourceSettings, LimitCeiling, ServerSettings},
};

/// A query that may be answered.
#[derive(Clone, Debug)]
pub struct Asked {
    /// The query, complete.
    pub query: Query,
    /// What the source is to do for it.
    pub request: Request,
    /// Against whom it counts.
    pub holder: Holder,
    /// Whether who asks may see packets, and not just how many there are.
    pub sees_packets: bool,
    /// Whether Grafana's own traffic is left out.
    pub hides_own: bool,
    /// The most rows a second that may be asked for.
    pub ceiling: LimitCeiling,
    /// How much of addresses is shown.
    pub masks: Masks,
    /// Which packets: what the query's filter means where addresses are shown so.
    pub filter: Arc<Filter>,
}

impl Asked {
    /// What queries of packets have in common that differ in their columns alone.
    #[must_use]
    pub fn label_of_whole(&self) -> Arc<Label> {
        let whole = Query { columns: Columns::Packets(Vec::new()), ..self.query.clone() };
        Arc::new(Label { owner: self.request.label.owner.clone(), stream: channel::path(&whole) })
    }

    /// Whether it asks for packets of a hook that is in force.
    #[must_use]
    pub fn asks_for(&self, hook: &InForce) -> bool {
        self.request.directions.contains(&hook.hook.direction())
    }

    /// What has been counted at the hooks it asks for, as of now.
    pub async fn accounts(&self, source: &dyn Source) -> Vec<CaptureRow> {
        self.view().rows(&source.accounts().await, source.now().milliseconds())
    }

    /// Which accounts are to be seen.
    #[must_use]
    pub fn view(&self) -> View<'_> {
        let Request { label, hosts, interfaces, directions, .. } = &self.request;
        View { owner: self.sees_packets.then_some(label.owner.as_str()), hosts, interfaces, directions }
    }
}

/// Why a query is not answered.
#[derive(Debug, Error)]
pub enum Refusal {
    /// The query is wrong.
    #[error(transparent)]
    Query(#[from] QueryError),
    /// The user may not see it.
    #[error(transparent)]
    Access(#[from] AccessError),
    /// The data source's settings are wrong.
    #[error(transparent)]
    Setting(#[from] DataSourceSettingErrors),
    /// The packets cannot be had.
    #[error(transparent)]
    Source(#[from] SourceError),
    /// Somebody has as much as may be.
    #[error(transparent)]
    Quota(#[from] OverQuota),
    /// The answer cannot be written.
    #[error(transparent)]
    Encode(#[from] EncodeError),
    /// Grafana names no data source.
    #[error("Grafana did not name the data source")]
    NoDataSource,
}

impl Refusal {
    /// The HTTP status that says the same.
    #[must_use]
    pub const fn status(&self) -> i32 {
        match self {
            Self::Query(_) | Self::Setting(_) | Self::NoDataSource => 400,
            Self::Access(_) => 403,
            Self::Quota(_) => 429,
            Self::Source(error) => match error.kind() {
                ErrorKind::Request => 400,
                ErrorKind::Rights | ErrorKind::Machine => 500,
            },
            Self::Encode(_) => 500,
        }
    }
}

/// The settings of the data source that is asked, after checking that the user may use it.
///
/// # Errors
/// A [`Refusal`] about access or settings.
pub fn settings(
    context: Option<&PluginContext>,
    server: &ServerSettings,
) -> Result<DataSourceSettings, Refusal> {
    let context = context.ok_or(Refusal::NoDataSource)?;
    let instance = context.data_source_instance_settings.as_ref().ok_or(Refusal::NoDataSource)?;
    let settings = DataSourceSettings::read(&instance.json_data, server)?;
    check_user(context.user.as_ref(), &settings)?;
    Ok(settings)
}

/// Reads a query in JSON as far as to what the source is to do. `interfaces` are those that there are, as for
/// [`Query::parse`].
///
/// # Errors
/// A [`Refusal`] about query, access or settings.
pub fn read(
    context: Option<&PluginContext>,
    json: &[u8],
    interfaces: &Interfaces,
    server: &ServerSettings,
) -> Result<Asked, Refusal> {
    let settings = settings(context, server)?;
    let query = Query::parse(json, interfaces, settings.ceiling)?;
    let may_see = check_packets(context.and_then(|context| context.user.as_ref()), &settings);
    let sees_packets = may_see.is_ok();
    if query.shows_peers() {
        may_see?;
    }
    if query.shows_processes() {
        check_processes(context.and_then(|context| context.user.as_ref()), server)?;
    }
    // Who names none must not learn by a refusal which one has the default route.
    let names_none = || {
        let without_a_default = Query::parse(json, &Interfaces::default(), settings.ceiling);
        matches!(without_a_default, Err(QueryError::NoDefaultRoute))
    };
    check_set(&query.interfaces, interfaces, &settings, server).map_err(|error| match error {
        AccessError::Interface { by, .. } if names_none() => AccessError::Default { by },
        other => other,
    })?;
    let interfaces = match query.interfaces.clone() {
        // Of those that fit, only some may be allowed. Which others there are is nobody's to know.
        InterfaceSet::Chosen(chosen) => {
            InterfaceSet::Chosen(settings.interfaces.restrict(server.interfaces.restrict(chosen)))
        }
        others => others,
    };
    // Flags are counted beside the flows, whatever they belong to.
    let hides_own = !settings.shows_own_traffic
        && !matches!(query.kind, Kind::Capture | Kind::Interfaces | Kind::Drops)
        && query.group_by != Some(GroupBy::TcpFlag);
    let masks = settings.masks;
    let filter = if masks.are_none() {
        Arc::clone(&query.filter)
    } else {
        let masked = query.filter.masked(masks.ipv4.into(), masks.ipv6.into());
        Arc::new(masked.map_err(|TellsAddresses { what }| QueryError::Masked { what })?)
    };
    let wanted = |limit| Some(Wanted { filter: Arc::clone(&filter), limit, hides_own, header_bytes: false });
    let wanted = match query.kind {
        Kind::Packets => wanted(query.limit.map_or(Limit::All, Limit::PerSecond)),
        Kind::Drops if query.group_by.is_none() => wanted(query.limit.map_or(Limit::All, Limit::PerSecond)),
        Kind::Drops => wanted(Limit::None),
        Kind::Rates if !query.is_of_flows() => wanted(Limit::None),
        // What is wanted of flows is chosen among those that are counted, and takes no slot.
        Kind::Rates | Kind::Flows | Kind::Capture | Kind::Interfaces => None,
    };
    let hosts = if query.hosts.is_empty() {
        HostSet::All
    } else {
        HostSet::Matching(HostPatterns::new(query.hosts.iter().cloned()))
    };
    let request = Request {
        hosts,
        label: Arc::new(Label { owner: owner_of_rows(context, masks), stream: channel::path(&query) }),
        interfaces,
        directions: query.direction.clone(),
        hook: settings.hook,
        decapsulate: query.decapsulate,
        wanted,
    };
    let holder = holder(context, &owner(context));
    let ceiling = settings.ceiling;
    Ok(Asked { query, request, holder, sees_packets, hides_own, ceiling, masks, filter })
}

/// The data source asked, as no other one is called: its uid is its own in an organisation only.
pub(crate) fn owner(context: Option<&PluginContext>) -> String {
    context.map_or_else(String::new, |context| {
        let uid = context.data_source_instance_settings.as_ref().map_or("", |instance| &instance.uid);
        format!("{}/{uid}", context.org_id)
    })
}

/// Whose rows are kept under which name: rows that were sent with other masks are another's.
pub(crate) fn owner_of_rows(context: Option<&PluginContext>, masks: Masks) -> String {
    let owner = owner(context);
    if masks.are_none() { owner } else { format!("{owner} {}/{}", masks.ipv4, masks.ipv6) }
}

fn holder(context: Option<&PluginContext>, data_source: &str) -> Holder {
    let user = context.and_then(|context| context.user.as_ref());
    let organisation = context.map_or(0, |context| context.org_id);
    Holder::new(user, user.is_some_and(is_service), organisation, data_source)
}

/// Why a channel is not served.
#[derive(Debug, Error)]
pub enum ChannelRefusal {
    /// No channel has such a path.
    #[error("there is no channel \"{0}\"")]
    Unknown(String),
    /// The data does not belong to the path.
    #[error(
        "the subscription's data is missing or belongs to another channel than \"{0}\"; subscribe with the data \
             that came with the channel"
    )]
    Forged(String),
    /// What is asked for is refused.
    #[error(transparent)]
    Refused(#[from] Refusal),
}

/// Reads a subscription: the query in `data` has to be the one that `path` stands for.
///
/// # Errors
/// Any [`ChannelRefusal`].
pub fn read_channel(
    context: Option<&PluginContext>,
    path: &str,
    data: &[u8],
    interfaces: &Interfaces,
    server: &ServerSettings,
) -> Result<Asked, ChannelRefusal> {
    if !channel::is_path(path) {
        return Err(ChannelRefusal::Unknown(path.chars().take(80).collect()));
    }
    let asked = match read(context, data, interfaces, server) {
        Err(Refusal::Query(_)) => return Err(ChannelRefusal::Forged(path.to_owned())),
        other => other?,
    };
    if channel::path(&asked.query) == path { Ok(asked) } else { Err(ChannelRefusal::Forged(path.to_owned())) }
}
