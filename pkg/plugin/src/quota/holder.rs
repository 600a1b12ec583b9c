//! Against whom something counts.

use std::sync::Arc;

use grafana_plugin_sdk::pluginv2::User;

/// People and services count apart, so that neither can take what the other needs.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Class {
    /// Who looks at panels.
    People,
    /// Grafana's own services: alert rules, public dashboards.
    Services,
}

/// Who may have so much together.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub enum Scope {
    /// A person, by login, in whatever organisation.
    Person(Arc<str>),
    /// Everybody in an organisation who has not signed in.
    Anonymous(i64),
    /// A service in an organisation, by login.
    Service(i64, Arc<str>),
    /// Those of a class who ask through one data source: its organisation and uid.
    DataSource(Class, Arc<str>),
    /// Those of a class in one organisation.
    Organisation(Class, i64),
    /// All of a class.
    All(Class),
}

/// Who has something: a user through a data source of an organisation.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Holder {
    class: Class,
    /// From the narrowest to the widest, as the shares of a quota are.
    scopes: [Scope; 4],
}

impl Holder {
    /// A `user` of the organisation with this number, who asks through `data_source`, as no other one is called.
    /// `is_service` tells Grafana's own services from people.
    #[must_use]
    pub fn new(user: Option<&User>, is_service: bool, organisation: i64, data_source: &str) -> Self {
        let class = if is_service { Class::Services } else { Class::People };
        let login = user.map_or("", |user| user.login.as_str());
        let user = match class {
            Class::Services => Scope::Service(organisation, login.into()),
            Class::People if login.is_empty() => Scope::Anonymous(organisation),
            Class::People => Scope::Person(login.into()),
        };
        let scopes = [
            user,
            Scope::DataSource(class, data_source.into()),
            Scope::Organisation(class, organisation),
            Scope::All(class),
        ];
        Self { class, scopes }
    }

    /// Whether it is a person or a service.
    #[must_use]
    pub const fn class(&self) -> Class {
        self.class
    }

    /// Those with whom it shares, from the user alone to all.
    #[must_use]
    pub const fn scopes(&self) -> &[Scope; 4] {
        &self.scopes
    }

    /// The user alone.
    #[must_use]
    pub const fn user(&self) -> &Scope {
        let [user, ..] = &self.scopes;
        user
    }
}
