use grafana_plugin_sdk::pluginv2::User;

use super::*;

mod against_a_model;
mod sentences;

/// Somebody who asks through a data source of an organisation.
fn holder(login: &str, organisation: i64, data_source: &str) -> Holder {
    let user = User { login: login.to_owned(), ..User::default() };
    Holder::new(Some(&user), login.starts_with("grafana_"), organisation, data_source)
}

fn stream(name: usize) -> Vec<Thing> {
    vec![Thing::new(Kind::Streams, name.to_string())]
}

/// A filter on an interface, or on all; with rows of a limit, or only counted.
fn filter(place: Option<&str>, name: &str, limit: Option<&str>) -> Vec<Thing> {
    let place = place.map_or(Place::Everywhere, |interface| Place::On(interface.into()));
    vec![Thing { kind: Kind::Filters, place, name: name.into(), variant: limit.map(Into::into) }]
}

/// Takes streams until one is refused.
fn fill(ledger: &Ledger, holder: &Holder, first: usize) -> (Vec<Permit>, OverQuota) {
    let mut permits = Vec::new();
    for name in first..first + 10_000 {
        match ledger.take(holder, stream(name)) {
            Ok(permit) => permits.push(permit),
            Err(over) => return (permits, over),
        }
    }
    panic!("there is no end to them")
}

#[test]
fn the_table_is_in_order() {
    for kind in Kind::ALL {
        let Quota { people: Shares(people), services: Shares(services), bound } = kind.quota();
        assert!(people.is_sorted() && services.is_sorted(), "{kind:?}");
        assert!(people[0] < people[3], "one user must not have all: {kind:?}");
        assert!(people[0] > 0 && services[0] > 0, "{kind:?}");
        if let Some(bound) = bound {
            assert_eq!(people[3] + services[3], bound, "{kind:?}");
        }
    }
    // The kernel's slots: people leave some to services, and services to people.
    let Quota { people: Shares(people), services: Shares(services), .. } = Kind::Filters.quota();
    assert!(people[3] < 64 && services[3] < 64);
}

#[test]
fn percent_scale_it_and_none_leaves_what_memory_allows() {
    let of = |quotas: Quotas, kind| quotas.of(kind, Class::People).0;
    assert_eq!(of(Quotas::default(), Kind::Streams), [256, 512, 768, 1024]);
    assert_eq!(of(Quotas::Percent(50), Kind::Streams), [128, 256, 384, 512]);
    assert_eq!(of(Quotas::Percent(1), Kind::Files), [1, 1, 1, 1]);
    assert_eq!(of(Quotas::None, Kind::Files), [8; 4]);
    assert_eq!(of(Quotas::None, Kind::Filters), [usize::MAX; 4]);
}

#[test]
fn who_is_at_a_limit_blocks_nobody_else() {
    let ledger = Ledger::new(Quotas::default());
    let ada = holder("ada", 1, "1/a");
    let (mine, over) = fill(&ledger, &ada, 0);
    assert_eq!((mine.len(), over.most, &over.scope), (256, 256, ada.user()));
    // In another organisation she is the same user.
    assert_eq!(ledger.take(&holder("ada", 2, "2/a"), stream(9999)).unwrap_err(), over);
    let (_bobs, over) = fill(&ledger, &holder("bob", 1, "1/a"), 1000);
    assert_eq!((over.most, over.scope), (256, Scope::Person("bob".into())));
    let (carols, over) = fill(&ledger, &holder("carol", 1, "1/a"), 2000);
    assert_eq!((carols.len(), over.scope), (0, Scope::DataSource(Class::People, "1/a".into())));
    // Another data source goes on, up to what its organisation may have, and then another organisation.
    let (carols, over) = fill(&ledger, &holder("carol", 1, "1/b"), 2000);
    assert_eq!((carols.len(), over.most), (256, 256));
    let (daves, over) = fill(&ledger, &holder("dave", 1, "1/b"), 3000);
    assert_eq!((daves.len(), over.most, over.scope), (0, 768, Scope::Organisation(Class::People, 1)));
    let (daves, _) = fill(&ledger, &holder("dave", 2, "2/a"), 3000);
    assert_eq!(daves.len(), 256);
    let (erins, over) = fill(&ledger, &holder("erin", 3, "3/a"), 4000);
    assert_eq!((erins.len(), over.most, over.scope), (0, 1024, Scope::All(Class::People)));
    // Services have theirs.
    let (services, over) = fill(&ledger, &holder("grafana_scheduler", 1, "1/a"), 5000);
    assert_eq!((services.len(), over.most), (64, 64));
    // And everybody goes on when somebody gives something back.
    drop(mine);
    assert!(ledger.take(&ada, stream(0)).is_ok());
}

#[test]
fn those_who_have_not_signed_in_are_one_user_of_their_organisation() {
    let ledger = Ledger::new(Quotas::default());
    let (_first, _) = fill(&ledger, &holder("", 1, "1/a"), 0);
    let over = ledger.take(&holder("", 1, "1/b"), stream(9999)).unwrap_err();
    assert_eq!(over.scope, Scope::Anonymous(1));
    assert!(ledger.take(&holder("", 2, "2/a"), stream(0)).is_ok());
    assert!(ledger.take(&Holder::new(None, false, 2, "2/a"), stream(1)).is_ok());
    assert_eq!(ledger.taken(&Scope::Anonymous(2), Kind::Streams, &Place::Everywhere), 0);
}

/// As the capture shares slots: panels of one filter have one, and who only counts has any of the same packets.
#[test]
fn the_same_thing_is_one_thing() {
    let ledger = Ledger::new(Quotas::default());
    let ada = holder("ada", 1, "1/a");
    let on = |interface: &str| ledger.taken(ada.user(), Kind::Filters, &Place::On(interface.into()));
    let take = |place, name, limit| ledger.take(&ada, filter(place, name, limit)).unwrap();
    let counted = take(Some("eth0"), "udp", None);
    assert_eq!(on("eth0"), 1);
    let first = take(Some("eth0"), "udp", Some("10"));
    let again = take(Some("eth0"), "udp", Some("10"));
    assert_eq!(on("eth0"), 1, "the same as what is counted");
    let second = take(Some("eth0"), "udp", Some("20"));
    assert_eq!((on("eth0"), on("wg0")), (2, 0));
    drop(first);
    assert_eq!(on("eth0"), 2, "another has it");
    drop((again, second));
    assert_eq!(on("eth0"), 1);
    drop(counted);
    assert!(ledger.is_empty());
}

/// One that is on all interfaces takes a slot of each.
#[test]
fn what_is_everywhere_counts_on_each_interface() {
    let ledger = Ledger::new(Quotas::Percent(10));
    let ada = holder("ada", 1, "1/a");
    let take = |place, name: &str| ledger.take(&ada, filter(place, name, None));
    let _held = [take(Some("eth0"), "a"), take(Some("wg0"), "b"), take(None, "c"), take(Some("eth0"), "d")]
        .map(Result::unwrap);
    let on = |place| ledger.taken(ada.user(), Kind::Filters, &place);
    assert_eq!([on(Place::On("eth0".into())), on(Place::On("wg0".into())), on(Place::Everywhere)], [3, 2, 3]);
    assert_eq!(take(Some("eth0"), "e").unwrap_err().place, Place::On("eth0".into()));
    assert_eq!(take(None, "e").unwrap_err().place, Place::Everywhere);
    assert!(take(Some("wg0"), "e").is_ok());
    assert!(take(None, "c").is_ok(), "that is there already");
}

#[test]
fn all_or_nothing_is_taken() {
    let ledger = Ledger::new(Quotas::Percent(1));
    let ada = holder("ada", 1, "1/a");
    let several = [stream(1), filter(Some("eth0"), "a", None), filter(Some("eth0"), "b", None)].concat();
    assert_eq!(ledger.take(&ada, several).unwrap_err().kind, Kind::Filters);
    assert!(ledger.is_empty());
}
