//! The resource `seen`: values to choose from, for variables and ad hoc filters.

use grafana_plugin_sdk::pluginv2::PluginContext;
use serde::Serialize;
use serde_json::{Value, json};
use xdplive_source::InterfaceSet;

use super::{Failure, Plugin, interface_set, keys};
use crate::{
    access::{check_any, check_interface, check_set},
    asked::{self, Refusal},
    seen::{self, Seen, What},
    settings::DataSourceSettings,
};

/// What the address asks for: `seen?what=hosts&interface=eth0`.
#[derive(Debug, PartialEq, Eq)]
struct Wanted {
    what: What,
    /// None where every interface is meant that may be watched.
    interfaces: Option<InterfaceSet>,
}

/// A value, with the name of the host where it is the address of one that has a name.
#[derive(Serialize)]
struct Named {
    #[serde(flatten)]
    seen: Seen,
    #[serde(skip_serializing_if = "Option::is_none")]
    name: Option<String>,
}

impl Wanted {
    fn read(url: &str) -> Result<Self, String> {
        let mut what = None;
        for (key, value) in keys(url) {
            let given: String = value.chars().take(60).collect();
            match &*key {
                "what" => {
                    what = Some(What::ALL.into_iter().find(|what| what.name() == value).ok_or_else(|| {
                        format!(
                            "what is not known of \"{given}\"; there are hosts, ports, vlans and protocols"
                        )
                    })?);
                }
                "interface" => {}
                key => {
                    let key: String = key.chars().take(60).collect();
                    return Err(format!("the address has the key \"{key}\"; seen takes what and interface"));
                }
            }
        }
        let what = what.ok_or("the address lacks what=hosts, what=ports, what=vlans or what=protocols")?;
        Ok(Self { what, interfaces: interface_set(url)? })
    }
}

impl Plugin {
    /// What was seen of packets that streams of this data source have sent.
    pub(super) fn seen(
        &self,
        context: Option<&PluginContext>,
        settings: &DataSourceSettings,
        url: &str,
    ) -> Result<Value, Failure> {
        let Wanted { what, interfaces } =
            Wanted::read(url).map_err(|message| Failure { code: 400, message })?;
        let refused = |error| Failure::from(Refusal::Access(error));
        let machine = self.source.interfaces();
        if let Some(set) = &interfaces {
            check_set(set, &machine, settings, &self.server).map_err(refused)?;
        }
        let is_any = matches!(interfaces, None | Some(InterfaceSet::Any));
        let owner = asked::owner_of_rows(context, settings.masks);
        // Conversations do not say where they were seen.
        let tables = if is_any && check_any(settings, &self.server).is_ok() {
            self.sent.flows.of_owner(&owner)
        } else {
            Vec::new()
        };
        let is_watched = |name: &str| {
            let is_uplink = machine.get(name).is_some_and(|one| one.uplink);
            interfaces.as_ref().is_none_or(|set| set.contains(name, is_uplink))
                && check_interface(name, &machine, settings, &self.server).is_ok()
        };
        let values = seen::values(what, self.sent.packets.of_owner(&owner), &tables, is_watched);
        let known = (what == What::Hosts && settings.masks.are_none()).then(|| self.naming.now());
        let name = |seen: &Seen| known.as_ref()?.about(&seen.value.parse().ok()?).name;
        let values: Vec<Named> = values
            .into_iter()
            .map(|seen| Named { name: name(&seen).map(|name| name.text.to_string()), seen })
            .collect();
        Ok(json!({ "values": values }))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_address_says_what_and_where() {
        let read = |keys: &str| {
            let wanted = Wanted::read(&format!("seen?{keys}")).unwrap();
            (wanted.what, wanted.interfaces.map(|set| set.texts()).unwrap_or_default())
        };
        assert_eq!(read("what=hosts"), (What::Hosts, vec![]));
        assert_eq!(read("interface=eth0&what=ports"), (What::Ports, vec!["eth0".to_owned()]));
        let two = vec!["a&b".to_owned(), "eth1".to_owned()];
        assert_eq!(read("interface=eth1&interface=a%26b&what=vlans"), (What::Vlans, two));
        assert_eq!(read("what=protocols&interface=any").1, ["any"]);
    }

    #[test]
    fn an_address_that_says_something_else_is_refused() {
        let refused = |url: &str| Wanted::read(url).unwrap_err();
        let lacks = "the address lacks what=hosts, what=ports, what=vlans or what=protocols";
        assert_eq!(refused("seen"), lacks);
        assert_eq!(refused("seen?interface=eth0"), lacks);
        assert_eq!(
            refused("seen?what=macs"),
            "what is not known of \"macs\"; there are hosts, ports, vlans and protocols"
        );
        assert_eq!(
            refused("seen?what=hosts&owner=2"),
            "the address has the key \"owner\"; seen takes what and interface"
        );
        let many: String = (0..65).map(|number| format!("&interface=eth{number}")).collect();
        assert_eq!(refused(&format!("seen?what=hosts{many}")), "65 interfaces are named; there may be 64");
    }
}
