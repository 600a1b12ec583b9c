//! Who may see packets.

use super::*;
use crate::settings::Ceiling;

fn user(login: &str, email: &str, role: &str) -> User {
    User { login: login.to_owned(), name: login.to_owned(), email: email.to_owned(), role: role.to_owned() }
}

fn with_role(role: &str) -> User {
    user("ada", "ada@example.org", role)
}

fn check(user: &User, minimum: Role) -> Result<(), AccessError> {
    let settings = DataSourceSettings { minimum_role: minimum, ..DataSourceSettings::default() };
    check_user(Some(user), &settings)
}

#[test]
fn the_minimum_role_and_those_above_it_may() {
    let roles = [("Viewer", Role::Viewer), ("Editor", Role::Editor), ("Admin", Role::Admin)];
    for (name, role) in roles {
        for (_, minimum) in roles {
            let expected = if role >= minimum {
                Ok(())
            } else {
                Err(AccessError::Role { has: name.to_owned(), needed: minimum })
            };
            assert_eq!(check(&with_role(name), minimum), expected);
        }
    }
}

#[test]
fn a_refusal_names_both_roles() {
    let error = check(&with_role("Viewer"), Role::Editor).unwrap_err().to_string();
    let expected = "the role Viewer may not see packets; this data source asks for Editor or higher";
    assert_eq!(error, expected);
}

/// Grafana 10.2 and later know users without a basic role; what later ones bring is not to be let in.
#[test]
fn other_roles_are_none() {
    for (role, shown) in [("", "None"), ("None", "None"), ("admin", "admin"), ("Owner", "Owner")] {
        let expected = AccessError::Role { has: shown.to_owned(), needed: Role::Viewer };
        assert_eq!(check(&with_role(role), Role::Viewer), Err(expected));
    }
}

#[test]
fn nobody_is_refused() {
    let error = check_user(None, &DataSourceSettings::default()).unwrap_err();
    assert_eq!(error, AccessError::NoUser);
    assert_eq!(error.to_string(), "the request names no user; only users with a role see packets");
}

/// As Grafana names them: public dashboards, alert rules, provisioning and other work in the background.
const SERVICES: [&str; 4] = ["service", "grafana_scheduler", "provisioning", "grafana_short_url"];

#[test]
fn services_see_no_packets() {
    for login in SERVICES {
        let service = user(login, "", "Admin");
        assert!(is_service(&service), "{login}");
        assert_eq!(check(&service, Role::Viewer), Ok(()), "{login} may ask how many there are");
        let error = check_packets(Some(&service), &DataSourceSettings::default()).unwrap_err();
        assert_eq!(error, AccessError::Service, "{login}");
        assert!(error.to_string().contains("an administrator can allow it in the data source's settings"));
    }
}

#[test]
fn services_see_packets_where_the_data_source_allows_it() {
    let settings = DataSourceSettings { packets_to_services: true, ..DataSourceSettings::default() };
    for login in SERVICES {
        assert_eq!(check_user(Some(&user(login, "", "Admin")), &settings), Ok(()));
        assert_eq!(check_packets(Some(&user(login, "", "Admin")), &settings), Ok(()));
        // Allowing services is no way around the role.
        assert!(matches!(check_user(Some(&user(login, "", "")), &settings), Err(AccessError::Role { .. })));
    }
}

#[test]
fn processes_are_shown_to_people_where_the_administrator_allows_it() {
    let (mut server, _) = ServerSettings::read(|_| None, &Ceiling::default());
    let person = with_role("Viewer");
    assert_eq!(check_processes(Some(&person), &server), Err(AccessError::Processes));
    assert!(AccessError::Processes.to_string().contains("processes = true in the section"));
    server.processes = true;
    assert_eq!(check_processes(Some(&person), &server), Ok(()));
    for login in SERVICES {
        let service = user(login, "", "Admin");
        assert_eq!(check_processes(Some(&service), &server), Err(AccessError::ProcessesToService), "{login}");
    }
}

/// Nobody is locked out for a name.
#[test]
fn people_who_are_called_like_a_service() {
    for login in SERVICES {
        assert_eq!(check(&user(login, "someone@example.org", "Viewer"), Role::Viewer), Ok(()), "{login}");
    }
    let named = User { name: "Sergej Vice".to_owned(), ..user("service", "", "Viewer") };
    assert_eq!(check(&named, Role::Viewer), Ok(()));
    for login in ["services", "Service", "grafana", "grafana-admin", "scheduler", ""] {
        assert!(!is_service(&user(login, "", "Viewer")), "{login}");
    }
}

#[test]
fn roles_are_ordered() {
    assert!(Role::None < Role::Viewer && Role::Viewer < Role::Editor && Role::Editor < Role::Admin);
}
