//! Whether there is anything that may be watched. Patterns are for interfaces that come and go, so one that none fits is no
//! error; but a misspelt one looks the same, and everything else about the machine may be well.

use xdplive_source::{Check, Interface, Interfaces, Outcome};

use crate::settings::Patterns;

/// Patterns that are shown of one setting at most, and characters of each.
const SHOWN: (usize, usize) = (5, 40);

/// A warning where no interface of the machine may be watched, with the settings that say so: those of the server's
/// administrator, and those of the data source that is asked, if one is.
pub(super) fn check(
    interfaces: &Interfaces,
    server: &Patterns,
    data_source: Option<&Patterns>,
) -> Option<Check> {
    let everything = Patterns::default();
    let own = data_source.unwrap_or(&everything);
    if server.allow_all() && own.allow_all() {
        return None;
    }
    let allows = |patterns: &Patterns, one: &Interface| patterns.allow(&one.name, one.uplink);
    let fits = |patterns: &Patterns| interfaces.iter().any(|one| allows(patterns, one));
    if interfaces.iter().any(|one| allows(server, one) && allows(own, one)) {
        return None;
    }
    let in_ini = format!("interfaces in grafana.ini ({})", shown(server));
    let in_data_source = format!("allowedInterfaces in the data source's settings ({})", shown(own));
    let fitting = match (fits(server), fits(own)) {
        (true, true) => format!("fits both {in_ini} and {in_data_source}"),
        (true, false) => format!("fits {in_data_source}"),
        // Everything fits where there is no pattern, unless there is no interface at all.
        (false, false) if !server.allow_all() && !own.allow_all() => {
            format!("fits {in_ini}, and none fits {in_data_source}")
        }
        (false, false) if server.allow_all() => format!("fits {in_data_source}"),
        (false, _) => format!("fits {in_ini}"),
    };
    let detail = format!("nothing can be watched: no interface of this machine {fitting}");
    let fix = "correct the patterns, unless such an interface is still to come: it can be watched as soon as it appears"
        .to_owned();
    Some(Check::bad("interfaces", Outcome::Warning, detail, fix))
}

fn shown(patterns: &Patterns) -> String {
    let (most, letters) = SHOWN;
    let cut = |text: String| {
        if text.chars().count() <= letters {
            return text;
        }
        text.chars().take(letters).chain("…".chars()).collect()
    };
    let mut all = patterns.texts().into_iter();
    let named: Vec<String> = all.by_ref().take(most).map(cut).collect();
    let more = all.count();
    let named = named.join(", ");
    if more == 0 { named } else { format!("{named} and {more} more") }
}

#[cfg(test)]
mod tests {
    use xdplive_source::Link;

    use super::*;

    /// What is wrong on a machine with eth0 and lo.
    fn detail(server: &str, data_source: &str) -> Option<String> {
        let interfaces =
            [("lo", 1), ("eth0", 2)].map(|(name, index)| Interface::new(name, index, Link::Ethernet));
        let own = Patterns::read(data_source).unwrap_or_default();
        let check = check(
            &interfaces.into_iter().collect(),
            &Patterns::read(server).unwrap_or_default(),
            Some(&own),
        )?;
        assert_eq!((check.name.as_str(), check.outcome), ("interfaces", Outcome::Warning));
        let beginning = "nothing can be watched: no interface of this machine ";
        Some(check.detail.strip_prefix(beginning).unwrap().to_owned())
    }

    #[test]
    fn one_that_fits_is_enough() {
        for (server, data_source) in [("", ""), ("eth*", ""), ("", "eth0 wan*"), ("lo eth0", "wan* eth?")] {
            assert_eq!(detail(server, data_source), None, "{server} {data_source}");
        }
    }

    #[test]
    fn every_setting_that_nothing_fits_is_named() {
        let own = "allowedInterfaces in the data source's settings";
        for (server, data_source, expected) in [
            ("", "wan*", format!("fits {own} (wan*)")),
            ("eth*", "wan* ppp0", format!("fits {own} (ppp0, wan*)")),
            ("wan*", "", "fits interfaces in grafana.ini (wan*)".to_owned()),
            ("wan*", "eth*", "fits interfaces in grafana.ini (wan*)".to_owned()),
            ("wan*", "lan*", format!("fits interfaces in grafana.ini (wan*), and none fits {own} (lan*)")),
            ("eth*", "lo", format!("fits both interfaces in grafana.ini (eth*) and {own} (lo)")),
        ] {
            assert_eq!(detail(server, data_source), Some(expected), "{server} {data_source}");
        }
    }

    #[test]
    fn a_machine_may_have_no_interfaces() {
        let none = Interfaces::default();
        let wan = Patterns::read("wan*").unwrap();
        assert_eq!(check(&none, &Patterns::default(), None), None);
        let found = check(&none, &Patterns::default(), Some(&wan)).unwrap().detail;
        assert!(found.ends_with("fits allowedInterfaces in the data source's settings (wan*)"), "{found}");
        let found = check(&none, &wan, None).unwrap().detail;
        assert!(found.ends_with("fits interfaces in grafana.ini (wan*)"), "{found}");
    }

    #[test]
    fn long_lists_are_cut() {
        let many: Vec<String> = (0..100).map(|number| format!("wan{number}{}", "é".repeat(100))).collect();
        let detail = detail("", &many.join(" ")).unwrap();
        assert!(detail.ends_with("… and 95 more)") && detail.chars().count() < 300, "{detail}");
    }
}
