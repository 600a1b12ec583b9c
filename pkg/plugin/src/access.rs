//! Who may see packets.

use std::str::FromStr;

use grafana_plugin_sdk::pluginv2::User;
use thiserror::Error;
use xdplive_source::{InterfaceSet, Interfaces};

use crate::settings::{DataSourceSettings, ServerSettings};

/// A role in Grafana's organisation, the lowest first.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Role {
    /// No basic role (Grafana 10.2).
    None,
    /// May look.
    Viewer,
    /// May change dashboards.
    Editor,
    /// May change everything in the organisation.
    Admin,
}

impl FromStr for Role {
    type Err = ();

    fn from_str(text: &str) -> Result<Self, ()> {
        match text {
            "" | "None" => Ok(Self::None),
            "Viewer" => Ok(Self::Viewer),
            "Editor" => Ok(Self::Editor),
            "Admin" => Ok(Self::Admin),
            _ => Err(()),
        }
    }
}

/// Why somebody may not see something.
#[derive(Clone, Debug, PartialEq, Eq, Error)]
pub enum AccessError {
    /// Grafana did not say who asks.
    #[error("the request names no user; only users with a role see packets")]
    NoUser,
    /// The role is too low.
    #[error("the role {has} may not see packets; this data source asks for {needed:?} or higher")]
    Role {
        /// The user's role.
        has: String,
        /// The lowest role that may.
        needed: Role,
    },
    /// One of Grafana's own services asks.
    #[error(
        "packets are not shown to public dashboards and Grafana's own services; an administrator can allow it in \
         the data source's settings"
    )]
    Service,
    /// One of Grafana's own services asks whose packets are.
    #[error("processes, users and containers are not shown to public dashboards and Grafana's own services")]
    ProcessesToService,
    /// The server's administrator has not allowed it.
    #[error(
        "processes, users and containers are shown where the server's administrator allows it: processes = true in the section \
         [plugin.xdplive-packets-datasource] of grafana.ini"
    )]
    Processes,
    /// The interface is not among those allowed.
    #[error("interface \"{interface}\" may not be watched{}", .by.reason())]
    Interface {
        /// The interface.
        interface: String,
        /// Who set the limit.
        by: SetBy,
    },
    /// No interface is named, and the default route's is not among those allowed. Which one that is is not told.
    #[error("the query names no interface, and the one with the default route may not be watched{}", .by.reason())]
    Default {
        /// Who set the limit.
        by: SetBy,
    },
    /// Not all interfaces are allowed.
    #[error("all interfaces (any) may not be watched{}; name the interfaces, or write * for those allowed", .by.reason())]
    Any {
        /// Who set the limit.
        by: SetBy,
    },
}

/// Where a limit is set.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum SetBy {
    /// In the data source's settings.
    DataSource,
    /// By the server's administrator.
    Server,
}

impl SetBy {
    const fn reason(self) -> &'static str {
        match self {
            Self::DataSource => " through this data source; its settings name those allowed",
            Self::Server => "; the server's administrator has set those allowed",
        }
    }
}

/// Checks that `user` may ask a data source.
///
/// # Errors
/// [`AccessError::NoUser`], [`AccessError::Role`].
pub fn check_user(user: Option<&User>, settings: &DataSourceSettings) -> Result<(), AccessError> {
    let user = user.ok_or(AccessError::NoUser)?;
    let role = user.role.parse().unwrap_or(Role::None);
    if role < settings.minimum_role {
        let has = if user.role.is_empty() { "None" } else { &user.role };
        return Err(AccessError::Role { has: has.to_owned(), needed: settings.minimum_role });
    }
    Ok(())
}

/// Checks that `user`, who may ask, may see packets, and not just how many there are.
///
/// # Errors
/// [`AccessError::Service`].
pub fn check_packets(user: Option<&User>, settings: &DataSourceSettings) -> Result<(), AccessError> {
    if user.is_some_and(is_service) && !settings.packets_to_services {
        Err(AccessError::Service)
    } else {
        Ok(())
    }
}

/// Checks that `user`, who may see packets, may see whose they are.
///
/// # Errors
/// [`AccessError::Processes`], [`AccessError::ProcessesToService`].
pub fn check_processes(user: Option<&User>, server: &ServerSettings) -> Result<(), AccessError> {
    if !server.processes {
        Err(AccessError::Processes)
    } else if user.is_some_and(is_service) {
        Err(AccessError::ProcessesToService)
    } else {
        Ok(())
    }
}

/// Whether one of Grafana's own services asks, for somebody or nobody: public dashboards come as `service`,
/// alert rules as `grafana_scheduler`, both with the role Admin and without an e-mail address.
#[must_use]
pub fn is_service(user: &User) -> bool {
    let background = user.login.starts_with("grafana_");
    let internal = matches!(user.login.as_str(), "service" | "provisioning") && user.name == user.login;
    (background || internal) && user.email.is_empty()
}

/// Checks that an interface may be watched.
///
/// # Errors
/// [`AccessError::Interface`].
pub fn check_interface(
    interface: &str,
    interfaces: &Interfaces,
    settings: &DataSourceSettings,
    server: &ServerSettings,
) -> Result<(), AccessError> {
    let refuse = |by| Err(AccessError::Interface { interface: interface.to_owned(), by });
    let is_uplink = interfaces.get(interface).is_some_and(|one| one.uplink);
    if !server.interfaces.allow(interface, is_uplink) {
        refuse(SetBy::Server)
    } else if !settings.interfaces.allow(interface, is_uplink) {
        refuse(SetBy::DataSource)
    } else {
        Ok(())
    }
}

/// Checks that every interface may be watched at once.
///
/// # Errors
/// [`AccessError::Any`].
pub fn check_any(settings: &DataSourceSettings, server: &ServerSettings) -> Result<(), AccessError> {
    if !server.interfaces.allow_all() {
        Err(AccessError::Any { by: SetBy::Server })
    } else if !settings.interfaces.allow_all() {
        Err(AccessError::Any { by: SetBy::DataSource })
    } else {
        Ok(())
    }
}

/// Checks that everything may be watched that a set names: its names, and all interfaces at once.
///
/// # Errors
/// As of [`check_any`] and [`check_interface`].
pub fn check_set(
    set: &InterfaceSet,
    interfaces: &Interfaces,
    settings: &DataSourceSettings,
    server: &ServerSettings,
) -> Result<(), AccessError> {
    if *set == InterfaceSet::Any {
        check_any(settings, server)?;
    }
    set.named().iter().try_for_each(|name| check_interface(name, interfaces, settings, server))
}

#[cfg(test)]
mod tests;
