//! What people read.

use super::*;

fn over(kind: Kind, scope: Scope) -> String {
    OverQuota { kind, most: 9, scope, place: Place::On("eth0".into()) }.to_string()
}

#[test]
fn each_scope_is_named() {
    for (scope, expected) in [
        (Scope::Person("ada".into()), "you already have 9 streams running, the most one user may have"),
        (
            Scope::Anonymous(1),
            "viewers who have not signed in already have 9 streams running, the most they may have together",
        ),
        (
            Scope::Service(1, "grafana_scheduler".into()),
            "Grafana's service \"grafana_scheduler\" already has 9 streams running, the most one service may have",
        ),
        (
            Scope::DataSource(Class::People, "1/a".into()),
            "users of this data source already have 9 streams running, the most one data source may have",
        ),
        (
            Scope::Organisation(Class::Services, 1),
            "services of this organisation already have 9 streams running, the most one organisation may have",
        ),
        (
            Scope::All(Class::People),
            "all users together already have 9 streams running, the most there may be",
        ),
    ] {
        assert_eq!(over(Kind::Streams, scope), format!("{expected}; close panels or ask for fewer"));
    }
}

#[test]
fn each_kind_says_what_to_do() {
    for (kind, expected) in [
        (
            Kind::Filters,
            "9 different filters on interface \"eth0\", the most one user may have; close panels, or give them the same \
             filter, direction and limit; 20 values joined by or are one filter",
        ),
        (
            Kind::FlowQueries,
            "9 different queries of grouped rates and conversations running, the most one user may have; close panels, or \
             give them the same query",
        ),
        (
            Kind::Standing,
            "9 standing queries, the most one user may have; remove alert rules or panels of public dashboards, or give \
             them the same query; one that nobody asks for ends after 10 minutes",
        ),
        (Kind::Files, "9 files being written, the most one user may have; try again when one has ended"),
        (
            Kind::Interfaces,
            "9 different interfaces watched by name, the most one user may have; close panels, or ask for all interfaces \
             (any)",
        ),
    ] {
        assert_eq!(over(kind, Scope::Person("ada".into())), format!("you already have {expected}"));
    }
}
