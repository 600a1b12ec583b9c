//! Whatever is taken and given back in whatever order, the ledger counts what a list of it counts.

use std::collections::{BTreeMap, BTreeSet};

use proptest::{collection::vec, prelude::*};

use super::*;

/// With these, one user may have 3 filters, a data source 4, an organisation 4, and all 5; of streams 25 and more.
const QUOTAS: Quotas = Quotas::Percent(10);

#[derive(Clone, Debug)]
enum Step {
    Take { who: usize, things: Vec<Thing> },
    GiveBack { which: usize },
}

fn thing() -> impl Strategy<Value = Thing> {
    let kind = prop_oneof![5 => Just(Kind::Filters), 1 => Just(Kind::Files), 1 => Just(Kind::Interfaces)];
    let place =
        prop_oneof![Just(Place::Everywhere), Just(Place::On("a".into())), Just(Place::On("b".into()))];
    let variant = prop_oneof![Just(None), Just(Some("10".into())), Just(Some("20".into()))];
    (kind, place, 0..6_u8, variant).prop_map(|(kind, place, name, variant)| {
        let name = name.to_string().into();
        if kind == Kind::Filters { Thing { kind, place, name, variant } } else { Thing::new(kind, name) }
    })
}

fn step() -> impl Strategy<Value = Step> {
    prop_oneof![
        3 => (0..8_usize, vec(thing(), 1..4)).prop_map(|(who, things)| Step::Take { who, things }),
        2 => any::<usize>().prop_map(|which| Step::GiveBack { which }),
    ]
}

fn holders() -> Vec<Holder> {
    let people = [("ada", 1, "1/a"), ("ada", 1, "1/b"), ("bob", 1, "1/a"), ("bob", 2, "2/a"), ("", 1, "1/a")];
    let services = [("grafana_scheduler", 1, "1/a"), ("grafana_scheduler", 2, "2/a")];
    let all = people.into_iter().chain(services).chain([("carol", 3, "3/a")]);
    all.map(|(login, organisation, data_source)| holder(login, organisation, data_source)).collect()
}

/// How many things of a kind a scope has at a place, out of a list of all that is taken.
fn counted<'a>(
    taken: impl Iterator<Item = (&'a Holder, &'a [Thing])>,
    scope: &Scope,
    kind: Kind,
    place: &Place,
) -> usize {
    let mut at: BTreeMap<Option<&str>, BTreeMap<&str, BTreeSet<&str>>> = BTreeMap::new();
    for thing in taken.filter(|(holder, _)| holder.scopes().contains(scope)).flat_map(|(_, things)| things) {
        if thing.kind == kind {
            let place = match &thing.place {
                Place::On(interface) => Some(&**interface),
                Place::Everywhere => None,
            };
            let variants = at.entry(place).or_default().entry(&thing.name).or_default();
            variants.extend(thing.variant.as_deref());
        }
    }
    let of = |place: Option<&str>| -> usize {
        at.get(&place).map_or(0, |names| names.values().map(|variants| variants.len().max(1)).sum())
    };
    let there = match place {
        Place::On(interface) => of(Some(interface)),
        Place::Everywhere => ["a", "b"].into_iter().map(|interface| of(Some(interface))).max().unwrap(),
    };
    of(None) + there
}

proptest! {
    #[test]
    fn it_counts_what_is_there(steps in vec(step(), 1..80)) {
        let ledger = Ledger::new(QUOTAS);
        let holders = holders();
        let mut permits: Vec<Permit> = Vec::new();
        for step in steps {
            match step {
                Step::GiveBack { which } if !permits.is_empty() => {
                    permits.swap_remove(which % permits.len());
                }
                Step::GiveBack { .. } => {}
                Step::Take { who, things } => {
                    let who = &holders[who];
                    let before = |scope: &Scope, kind, place: &Place, more: &[Thing]| {
                        let taken = permits.iter().map(|permit| (permit.holder(), permit.things()));
                        counted(taken.chain([(who, more)]), scope, kind, place)
                    };
                    // The first thing that makes more of it than there may be.
                    let first = (0..things.len()).find_map(|number| {
                        let Thing { kind, place, .. } = &things[number];
                        let Shares(shares) = QUOTAS.of(*kind, who.class());
                        who.scopes().iter().zip(shares).find_map(|(scope, most)| {
                            let [now, then] = [number, number + 1]
                                .map(|end| before(scope, *kind, place, &things[..end]));
                            (then > now && now >= most).then(|| (scope.clone(), *kind, place.clone(), most))
                        })
                    });
                    match ledger.take(who, things) {
                        Ok(permit) => {
                            prop_assert_eq!(first, None);
                            permits.push(permit);
                        }
                        Err(OverQuota { kind, most, scope, place }) => {
                            prop_assert_eq!(first, Some((scope, kind, place, most)));
                        }
                    }
                }
            }
            for who in &holders {
                for kind in [Kind::Filters, Kind::Files, Kind::Interfaces] {
                    let Shares(shares) = QUOTAS.of(kind, who.class());
                    for (scope, most) in who.scopes().iter().zip(shares) {
                        for place in [Place::Everywhere, Place::On("a".into()), Place::On("b".into())] {
                            let taken = permits.iter().map(|permit| (permit.holder(), permit.things()));
                            let expected = counted(taken, scope, kind, &place);
                            prop_assert_eq!(ledger.taken(scope, kind, &place), expected);
                            prop_assert!(expected <= most);
                        }
                    }
                }
            }
        }
        drop(permits);
        prop_assert!(ledger.is_empty());
    }
}
